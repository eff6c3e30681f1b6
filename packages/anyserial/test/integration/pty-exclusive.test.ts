// Applications that take an emulated port for themselves (TIOCEXCL), and end without giving it back. Run by
// root, who may clear that, and by an ordinary user, for whom the port gets a new pty.

import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { alive } from "@anyserial/test-support/alive";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { createVirtualPort, type VirtualPortChange } from "anyserial/pty";
import { openSerialPortSync } from "anyserial/sync";
import { startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";
import { eventsHandled, expectToWork } from "../helpers/next-application.ts";
import { RawApplication } from "../helpers/raw-application.ts";

const isRoot = process.getuid?.() === 0;

test(
  "an application that was killed with exclusive use leaves a port that the next one can open",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = startFixture("hold-port", { args: [device.path, '{"exclusive":true}'] });
    await child.message();

    equal(device.applicationOpen, true);
    child.process.kill("SIGKILL");
    await child.ended();
    await until("it is gone", () => !device.applicationOpen);

    await expectToWork(device);
  }),
);

test(
  "bytes that an application with exclusive use wrote before it ended are received",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const text = "0123456789".repeat(1000);
    const application = new RawApplication(device.path);
    application.claim();
    equal(application.write(text), text.length);
    equal(device.applicationOpen, true);
    application.close();
    equal(device.applicationOpen, false);

    await expectToWork(device, text);
  }),
);

test(
  "bytes that an application with exclusive use wrote before it ended are received before its close, also after a pause",
  leakFree(async () => {
    for (const isPaused of [false, true]) {
      await using device = await createVirtualPort();
      let heard = "";
      const listening = device.subscribe({
        onData: (bytes) => {
          heard += Buffer.from(bytes).toString();
        },
        onChange: ({ kind }) => {
          heard += kind === "open" || kind === "close" ? `<${kind}>` : "";
        },
      });
      if (isPaused) listening.pause();
      const application = new RawApplication(device.path);
      application.claim();
      application.write("last words");
      application.close();
      await eventsHandled();
      if (isPaused) listening.resume();

      await until("it is received", () => heard.includes("last words"));
      if (!isPaused) equal(heard, "<open>last words<close>");
    }
  }),
);

test(
  "a link and its mode follow the port when its pty is replaced, and changes() reports it",
  leakFree(async (t) => {
    const link = join(temporaryFolder(t), "tty");
    await using device = await createVirtualPort({ link, mode: 0o640 });
    const changes = device.changes();
    const told: Promise<VirtualPortChange[]> = collectUntilClose(changes);
    const first = new RawApplication(device.path);
    first.claim();
    await eventsHandled();
    first.close();

    deepEqual(await told, [{ kind: "open" }, { kind: "close" }]);
    const replaced = isRoot ? undefined : (await alive(changes.next())).value;
    const { devicePath } = device; // the same as before, unless another process was quicker
    if (!isRoot) deepEqual(replaced, { kind: "replaced", path: link, devicePath });
    equal(device.path, link);
    equal(readlinkSync(link), device.devicePath);
    equal(statSync(link).mode & 0o777, 0o640);
    await changes.return(undefined);
    await expectToWork(device);
  }),
);

test(
  "a port without a link keeps the path of its pty where the system gives it back",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const { path } = device;
    const first = new RawApplication(path);
    first.claim();
    equal(device.applicationOpen, true);
    first.close();
    equal(device.applicationOpen, false);

    equal(device.path, device.devicePath);
    // Test files beside this one take and give back numbers as well.
    ok(device.path === path || !isRoot);
    await expectToWork(device);
  }),
);

test(
  "receive() and send() that wait go on when the pty is replaced under them",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const application = new RawApplication(device.path);
    application.claim();
    await until("it is seen", () => device.applicationOpen);
    const received = device.receive();
    const sent = device.send(new Uint8Array(1024 * 1024));
    application.close();
    await eventsHandled();

    await using port = await openSerialPort(device.path);
    await port.send(Buffer.from("next"));
    equal(Buffer.from(await received).toString(), "next");
    for (let left = true; left; ) {
      left = await Promise.race([sent.then(() => false), port.receive().then(() => true)]);
    }
  }),
);

test(
  "unreadBytes() and discardUnread() answer while an application has exclusive use or another discipline",
  leakFree(async () => {
    await using device = await createVirtualPort();
    using application = new RawApplication(device.path);
    application.claim();
    await device.send(Buffer.from("12345"));

    equal(device.applicationOpen, true);
    await until("the bytes are there", () => device.unreadBytes() === (isRoot ? 5 : undefined));
    equal(device.discardUnread(), isRoot);
    application.takeDiscipline();
    equal(device.unreadBytes(), undefined);
    equal(device.discardUnread(), false);
    equal(device.applicationOpen, true);
  }),
);

test(
  "a program that opens a port twice for itself is informed that it has it already",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using _port = await openSerialPort(device.path, { exclusive: true });
    const expected = {
      name: "PortBusyError",
      message: /held by this program/,
      hint: /this program/,
    };

    await rejects(openSerialPort(device.path, { exclusive: true }), expected);
    throws(() => openSerialPortSync(device.path, { exclusive: true }), expected);
  }),
);

test(
  "a port that is closed while it is not fresh leaves nothing behind",
  leakFree(async () => {
    const device = await createVirtualPort();
    const application = new RawApplication(device.path);
    application.claim();
    application.close();
    await device.close();
  }),
);

async function collectUntilClose(
  changes: AsyncGenerator<VirtualPortChange>,
): Promise<VirtualPortChange[]> {
  const told: VirtualPortChange[] = [];
  while (told.at(-1)?.kind !== "close") {
    const { value } = await alive(changes.next());
    if (value.kind !== "settings") told.push(value);
  }
  return told;
}
