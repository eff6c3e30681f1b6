// Facts about the application on the device side of an emulated port: coming, going, dying, its
// settings, and its unread bytes.

import { deepEqual, equal, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { test } from "node:test";
import { alive } from "@anyserial/test-support/alive";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { createVirtualPort, type VirtualPort, type VirtualPortChange } from "anyserial/pty";
import { startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";

test(
  "changes() reports when an application opens, sets and closes the port",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const changes = device.changes();
    const opened = nextOf(changes);
    const port = await openSerialPort(device.path, { baudRate: 4800, stopBits: 2 });

    deepEqual(await opened, { kind: "open" });
    const set = await nextOf(changes);
    ok(set.kind === "settings");
    equal(set.settings.baudRate, 4800);
    equal(set.settings.stopBits, 2);
    equal(device.applicationOpen, true);
    await port.close();
    deepEqual(await nextOf(changes), { kind: "close" });
    equal(device.applicationOpen, false);
    await changes.return(undefined);
  }),
);

test(
  "changes() reports the last application only: a second one that comes and goes is no change",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using first = await openSerialPort(device.path);
    const changes = device.changes();
    const next = nextOf(changes);

    await (await openSerialPort(device.path)).close();
    equal(device.applicationOpen, true);
    await first.close();

    deepEqual(await next, { kind: "close" });
    await changes.return(undefined);
  }),
);

test(
  "changes() reports that the application is killed, and the next one finds a working port",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = startFixture("hold-port", { args: [device.path, '{"baudRate":2400}'] });
    await child.message();
    equal(device.settings().baudRate, 2400);
    const changes = device.changes();
    const closed = nextOf(changes);
    child.process.kill("SIGKILL");

    deepEqual(await closed, { kind: "close" });
    await child.ended();
    await changes.return(undefined);
    await using port = await openSerialPort(device.path);
    const received = device.receive();
    await port.send(Buffer.from("alive"));
    equal(Buffer.from(await received).toString(), "alive");
  }),
);

test(
  "changes() of two listeners reports to both, and costs nothing after they left",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const listeners = [device.changes(), device.changes()];
    const both = Promise.all(listeners.map(nextOf));
    const fd = openSync(device.path, "r+");

    deepEqual(await both, [{ kind: "open" }, { kind: "open" }]);
    for (const listener of listeners) await listener.return(undefined);
    closeSync(fd);
  }),
);

test(
  "settings() shows what stty set, and that the terminal is no longer raw",
  leakFree(async () => {
    await using device = await createVirtualPort();
    deepEqual(pick(device), { baudRate: 115_200, stopBits: 1, raw: true, echo: false });

    const set = (...args: string[]): Buffer => execFileSync("stty", ["-F", device.path, ...args]);
    set("9600", "cstopb", "crtscts");
    deepEqual(pick(device), { baudRate: 9600, stopBits: 2, raw: true, echo: false });
    equal(device.settings().flowControl.rtsCts, true);
    set("ixon", "ixoff", "-crtscts", "sane", "1200");
    deepEqual(pick(device), { baudRate: 1200, stopBits: 2, raw: false, echo: true });
  }),
);

test(
  "unreadBytes() counts the bytes that the application has not read, discardUnread() discards them",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    equal(device.unreadBytes(), 0);
    await device.send(Buffer.from("0123456789"));
    await until("the bytes are there", () => device.unreadBytes() === 10);

    await port.receive({ maxBytes: 4 });
    equal(device.unreadBytes(), 6);
    device.discardUnread();
    equal(device.unreadBytes(), 0);
    await device.send(Buffer.from("new"));
    equal(Buffer.from(await port.receive()).toString(), "new");
  }),
);

test("hasApplicationRead() distinguishes a reader that takes a little from one that takes nothing", async () => {
  await using device = await createVirtualPort();
  await using port = await openSerialPort(device.path);
  await until("the kernel is full", () => {
    const sent = device.trySend(new Uint8Array(4096)); // it makes room while it hands bytes on
    return sent === 0 && device.unreadBytes() === 4095 && !device.isWritable();
  });
  equal(device.hasApplicationRead(), undefined);
  equal(device.hasApplicationRead(), false);

  await port.receive({ maxBytes: 1 });
  equal(device.hasApplicationRead(), true);
  equal(device.hasApplicationRead(), false);
  for (let round = 0; round < 3; round++) await port.receive({ maxBytes: 1 });
  equal(device.hasApplicationRead(), true);
  equal(device.hasApplicationRead(), false);
});

test("hasApplicationRead() of one port knows nothing of reads from another", async () => {
  await using one = await createVirtualPort();
  await using other = await createVirtualPort();
  await using port = await openSerialPort(other.path);
  equal(one.hasApplicationRead(), undefined);
  equal(other.hasApplicationRead(), undefined);

  await other.send(Buffer.from("x"));
  await port.receive();

  equal(one.hasApplicationRead(), false);
  equal(other.hasApplicationRead(), true);
});

test(
  "discardUnread() discards bytes that wait behind a full input queue as well",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    let sent = 0;
    for (let count = 1; count > 0; sent += count) count = device.trySend(new Uint8Array(65_536));
    ok(sent > 4096);
    device.discardUnread();
    await device.send(Buffer.from("new"));

    equal(Buffer.from(await port.receive()).toString(), "new");
  }),
);

test(
  "unreadBytes() and settings() open the device for no application to see",
  leakFree(async () => {
    await using device = await createVirtualPort();
    device.unreadBytes();
    device.discardUnread();
    device.settings();

    equal(device.applicationOpen, false);
  }),
);

test(
  "closed of an application's port reports a device that closes, not one that is only silent",
  leakFree(async () => {
    const device = await createVirtualPort();
    await using port = await openSerialPort(device.path);
    equal(port.isOpen, true);
    await device.close();

    equal((await alive(port.closed))?.name, "SerialDisconnectedError");
    equal(await device.closed, undefined);
  }),
);

async function nextOf(changes: AsyncGenerator<VirtualPortChange>): Promise<VirtualPortChange> {
  return (await alive(changes.next())).value as VirtualPortChange;
}

function pick(device: VirtualPort): object {
  const { baudRate, stopBits, raw, echo } = device.settings();
  return { baudRate, stopBits, raw, echo };
}
