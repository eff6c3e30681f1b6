// Ports that come and go: real inotify on the device folder of a synthetic tree.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type PortEvent, watchSerialPorts } from "anyserial";
import { PortEvents } from "../../dist/discovery/port-events.js";
import * as models from "../helpers/device-models.ts";
import { type DeviceTree, deviceTree } from "../helpers/device-tree.ts";
import { leakFree } from "../helpers/leak-free.ts";
import { treeBackend } from "../helpers/tree-backend.ts";

/** Iterators over one tree: the kernel's inotify instance is kept by the backend. */
function watchTree(t: TestContext, tree: DeviceTree): (initial?: boolean) => PortEvents {
  const backend = treeBackend(tree);
  return (initial = false) => {
    const events = new PortEvents(async () => backend, { initial });
    t.after(() => events.return());
    return events;
  };
}

async function take(events: PortEvents, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value } = await events.next();
    assert.ok(value !== undefined);
    taken.push(`${value.type} ${value.port.name}`);
  }
  return taken;
}

/** Takes the initial events, so that the iterator is at work. */
async function startWith(events: PortEvents, count: number): Promise<void> {
  assert.equal((await take(events, count)).length, count);
}

function unplug(tree: DeviceTree, tty: string): void {
  unlinkSync(tree.node(tty));
  unlinkSync(join(tree.sysfs, "class/tty", tty));
}

function removeUsb(tree: DeviceTree, at: string): void {
  rmSync(join(tree.sysfs, "devices/pci0000:00/0000:00:14.0/usb1", at), { recursive: true });
}

test("watchSerialPorts() reports a port with all of its known properties", async (t) => {
  const tree = deviceTree(t, models.PL2303);
  const events = watchTree(t, tree)(true);
  await startWith(events, 1);

  const next = events.next();
  tree.add(models.FT232R);

  const { value } = await next;
  assert.equal(value?.type, "added");
  assert.equal(value.port.serialNumber, "A6008isP");
  assert.equal(value.port.path, tree.node("ttyUSB0"));
});

test("watchSerialPorts() reports removed ports with the properties of their addition", async (t) => {
  const tree = deviceTree(t, models.FT232R);
  const events = watchTree(t, tree)(true);
  await startWith(events, 1);

  unplug(tree, "ttyUSB0");

  const { value } = await events.next();
  assert.equal(value?.type, "removed");
  assert.equal(value.port.serialNumber, "A6008isP");
});

test("watchSerialPorts() reports the initial ports in natural order on request", async (t) => {
  const tree = deviceTree(t, models.STM32, models.FT232R);

  const told = await take(watchTree(t, tree)(true), 3);

  assert.deepEqual(told, ["added ttyACM1", "added ttyACM10", "added ttyUSB0"]);
});

test("watchSerialPorts() leaves out the initial ports by default", async (t) => {
  const tree = deviceTree(t, models.FT232R);
  const watch = watchTree(t, tree);
  const [quiet, told] = [watch(), watch(true)];
  const first = quiet.next();
  await startWith(told, 1); // queued behind the start of the other one

  tree.add(models.PL2303);

  const { value } = await first;
  assert.equal(value?.port.name, "ttyUSB7");
});

test("watchSerialPorts() reports a replacement even without a call in between", async (t) => {
  const tree = deviceTree(t, models.FT232R);
  const events = watchTree(t, tree)(true);
  await startWith(events, 1);

  unplug(tree, "ttyUSB0");
  removeUsb(tree, "1-2");
  tree.add({ devices: models.FT232R.devices });

  assert.deepEqual(await take(events, 2), ["removed ttyUSB0", "added ttyUSB0"]);
});

test("watchSerialPorts() keeps events between two calls for the next", async (t) => {
  const tree = deviceTree(t, models.FT232R);
  const events = watchTree(t, tree)(true);
  await startWith(events, 1);

  tree.add(models.CP2102N);
  unplug(tree, "ttyUSB0");
  tree.add(models.ARDUINO);

  const told = new Set(await take(events, 3));
  assert.deepEqual(told, new Set(["added ttyUSB5", "removed ttyUSB0", "added ttyACM0"]));
});

test("watchSerialPorts() says nothing of nodes that are no ports", async (t) => {
  const tree = deviceTree(t, models.FT232R);
  const events = watchTree(t, tree)(true);
  await startWith(events, 1);

  writeFileSync(tree.node("sda"), "");
  chmodSync(tree.node("ttyUSB0"), 0o600);
  renameSync(tree.node("sda"), tree.node("sdb"));
  tree.add(models.PL2303);

  assert.deepEqual(await take(events, 1), ["added ttyUSB7"]);
});

test("watchSerialPorts() gives queued calls an event each", async (t) => {
  const tree = deviceTree(t, models.FT232R);
  const events = watchTree(t, tree)(true);
  await startWith(events, 1);

  const calls = [events.next(), events.next()];
  tree.add(models.FT4232H);
  const told = (await Promise.all(calls)).map(({ value }) => value?.port.name);

  assert.deepEqual(told, ["ttyUSB1", "ttyUSB2"]);
});

test("watchSerialPorts() ends a pending call on return()", async (t) => {
  const events = watchTree(t, deviceTree(t, models.FT232R))(true);
  await startWith(events, 1);
  const pending = events.next();

  await events.return();

  assert.deepEqual(await pending, { done: true, value: undefined });
  assert.deepEqual(await events.next(), { done: true, value: undefined });
});

test("watchSerialPorts() rejects a pending call with the signal's reason", async (t) => {
  const backend = treeBackend(deviceTree(t, models.FT232R));
  const controller = new AbortController();
  const reason = new Error("enough");
  const { signal } = controller;
  const events = new PortEvents(async () => backend, { initial: true, signal });
  await startWith(events, 1);
  const pending = events.next();

  controller.abort(reason);

  await assert.rejects(pending, reason);
});

test("watchSerialPorts() of this machine rejects at once for an aborted signal", async () => {
  const reason = new Error("not even started");

  await assert.rejects(watchSerialPorts({ signal: AbortSignal.abort(reason) }).next(), reason);
});

test("watchSerialPorts() leaves nothing behind, whether it is returned from or aborted", async (t) => {
  const backend = treeBackend(deviceTree(t, models.FT232R));
  backend.watch().close(); // the kernel's instance is made on first need, and kept
  const controller = new AbortController();
  const { signal } = controller;

  await leakFree(async () => {
    const aborted = new PortEvents(async () => backend, { initial: true, signal });
    const returned = new PortEvents(async () => backend, { initial: true });
    await Promise.all([startWith(aborted, 1), startWith(returned, 1)]);
    controller.abort(new Error("enough"));
    await returned.return();
  })(t);
});

test("watch() of the backend reports udev's links, also when their folder is new", async (t) => {
  const tree = deviceTree(t, models.CP2102N);
  const watch = treeBackend(tree).watch();
  t.after(() => watch.close());

  for (const folder of ["serial", "serial/by-id"]) {
    const next = watch.next();
    mkdirSync(join(tree.dev, folder));
    assert.deepEqual(await next, { gone: new Set() });
  }
  const next = watch.next();
  tree.link(join(tree.dev, "serial/by-id/usb-1"), tree.node("ttyUSB5"));

  assert.deepEqual(await next, { gone: new Set() });
});

test("watch() of the backend reports permissions that udev sets", async (t) => {
  const tree = deviceTree(t, models.CP2102N);
  const watch = treeBackend(tree).watch();
  t.after(() => watch.close());

  const next = watch.next();
  chmodSync(tree.node("ttyUSB5"), 0o660);

  assert.deepEqual(await next, { gone: new Set() });
});

test("watch() of the backend does not report earlier changes to a later watch", async (t) => {
  const tree = deviceTree(t, models.CP2102N, models.PL2303);
  const backend = treeBackend(tree);
  const first = backend.watch();
  t.after(() => first.close());
  unlinkSync(tree.node("ttyUSB5"));

  const later = backend.watch();
  t.after(() => later.close());
  const next = later.next();
  unlinkSync(tree.node("ttyUSB7"));

  assert.deepEqual(await next, { gone: new Set([tree.node("ttyUSB7")]) });
  assert.ok((await first.next())?.gone.has(tree.node("ttyUSB5")));
});

test("watch() of the backend resolves to nothing after close()", async (t) => {
  const watch = treeBackend(deviceTree(t, models.CP2102N)).watch();
  const pending = watch.next();

  watch.close();
  watch.close();

  assert.equal(await pending, undefined);
  assert.equal(await watch.next(), undefined);
});

test("watch() of the backend names the limit when the folder cannot be watched", (t) => {
  const tree = deviceTree(t, models.CP2102N);
  rmSync(tree.dev, { recursive: true });

  assert.throws(() => treeBackend(tree).watch(), { code: "ERR_SERIAL_INOTIFY", errno: 2 });
});

test("PortEvent is frozen", async (t) => {
  const events = watchTree(t, deviceTree(t, models.FT232R))(true);

  const { value } = (await events.next()) as IteratorYieldResult<PortEvent>;

  assert.ok(Object.isFrozen(value));
});
