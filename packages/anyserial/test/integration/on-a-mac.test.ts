// Tests for any Mac without hardware: IOKit, kqueue, ptys and their rates, for real. Run by `npm
// test -- on-a-mac`; elsewhere it is skipped.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { existsSync, readdirSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { listSerialPorts, openSerialPort, platformCapabilities, watchSerialPorts } from "anyserial";
import { createVirtualPort } from "anyserial/pty";

const skip = process.platform === "darwin" ? false : "only a Mac has IOKit";

/** Descriptors of this process. */
function openFds(): number {
  return readdirSync("/dev/fd").length;
}

test("the backend of this system is darwin", { skip }, async () => {
  equal((await platformCapabilities()).backend, "darwin");
});

test("IOKit lists ports by their callout nodes, again and again the same", { skip }, async () => {
  const ports = await listSerialPorts();

  for (let round = 0; round < 100; round++) deepEqual(await listSerialPorts(), ports);
  for (const { path } of ports) ok(path.startsWith("/dev/cu."), path);
});

test("watching for plugs begins and ends, and leaves no descriptor", { skip }, async () => {
  const before = openFds();
  for (let round = 0; round < 10; round++) {
    const events = watchSerialPorts({ signal: AbortSignal.timeout(50) });
    await rejects(events.next(), { name: "TimeoutError" });
  }

  equal(openFds(), before);
});

test("bytes pass through an emulated port in both directions", { skip }, async () => {
  await using device = await createVirtualPort();
  await using port = await openSerialPort(device.path, { baudRate: 9600 });

  await port.send(Buffer.from("MEAS?\n"));
  equal(Buffer.from(await device.receive()).toString(), "MEAS?\n");
  await device.send(Buffer.from("21.5\n"));
  equal(Buffer.from(await port.receive()).toString(), "21.5\n");
  equal((await port.effectiveConfig()).baudRate, 9600);
});

test("the link of an emulated port is made, kept, and removed with its folder", {
  skip,
}, async (t) => {
  const folder = join(realpathSync(temporaryFolder(t)), "made");
  const link = join(folder, "tty");
  const device = await createVirtualPort({ link, mode: 0o640 });
  const changes = device.changes();
  equal(readlinkSync(link), device.devicePath);
  await rejects(createVirtualPort({ link }), { code: "EEXIST", message: /this process has it/ });

  rmSync(link);
  equal((await changes.next()).value?.kind, "link-restored");
  await device.close();

  equal(existsSync(folder), false);
});

test("an emulated port reports that its application came and went", { skip }, async () => {
  await using device = await createVirtualPort();
  const kinds: string[] = [];
  const changes = device.changes();
  const next = async (): Promise<void> => {
    const { value } = await changes.next();
    kinds.push(value?.kind ?? "end");
  };

  const first = next();
  const port = await openSerialPort(device.path);
  await first;
  await port.close();
  while (!kinds.includes("close")) await next();

  equal(kinds[0], "open");
});

test("an emulated port hung up is a disconnect", { skip }, async () => {
  const device = await createVirtualPort();
  await using port = await openSerialPort(device.path);
  const receiving = port.receive();
  receiving.catch(() => undefined);
  await sleep(10);

  await device.close();

  await rejects(receiving, { name: "SerialDisconnectedError" });
});

test("a pty refuses a custom rate, by the policy", { skip }, async () => {
  await using device = await createVirtualPort();

  await rejects(openSerialPort(device.path, { baudRate: 250_000 }), {
    name: "UnsupportedConfigurationError",
    syscall: "ioctl(IOSSIOSPEED)",
  });
});
