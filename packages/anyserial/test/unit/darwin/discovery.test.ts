// Discovery and hot-plug of the macOS backend, over a synthetic registry and a kqueue in memory.

import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { PortEvents } from "../../../dist/discovery/port-events.js";
import { FT232R, FT2232H, type IoNode, machine, node } from "../../helpers/io-tree.ts";
import { CALLOUT, DIALIN, Mac } from "../../helpers/mac-port.ts";

/** Changes the machine, and lets the event loop notice it. */
function plug(mac: Mac, ...devices: IoNode[]): void {
  mac.registry.become(machine(...devices));
  mac.kernel.kqueue.touch("EVFILT_MACHPORT");
  mac.wake();
}

test("list() gives the callout nodes", async () => {
  const mac = new Mac();

  const ports = await mac.backend.list("native");

  deepEqual(
    ports.map(({ path }) => path),
    [CALLOUT],
  );
  equal(mac.registry.held, 0);
});

test("list() has no udev here", async () => {
  await rejects(new Mac().backend.list("udev"), {
    name: "UnsupportedFeatureError",
    code: "ERR_SERIAL_DISCOVERY",
    message: "Cannot list ports by udev: not available on darwin",
  });
});

test("describe() knows a port by either of its nodes, as one and the same", async () => {
  const mac = new Mac();

  const byCallout = await mac.backend.describe(CALLOUT);
  const byDialin = await mac.backend.describe(DIALIN);

  equal(byCallout?.path, CALLOUT);
  deepEqual(byDialin, byCallout);
  equal(mac.registry.held, 0);
});

test("describe() knows a port by a link to either node, and no other file", async (t) => {
  const dev = temporaryFolder(t);
  const [callout, dialin] = [join(dev, "cu.x"), join(dev, "tty.x")];
  for (const path of [callout, dialin, join(dev, "ttys000")]) writeFileSync(path, "");
  symlinkSync("tty.x", join(dev, "modem"));
  const mac = new Mac();
  const properties = { IOCalloutDevice: callout, IODialinDevice: dialin };
  mac.registry.become(machine(node("IOSerialBSDClient", properties)));

  equal((await mac.backend.describe(join(dev, "modem")))?.path, callout);
  equal(await mac.backend.describe(join(dev, "ttys000")), undefined);
  equal(await mac.backend.describe(join(dev, "none")), undefined);
});

test("port.info of a dial-in node is that of the port, and the path is as it was given", async () => {
  const mac = new Mac();

  const port = await mac.open({}, DIALIN);

  equal(port.path, DIALIN);
  equal(port.info?.path, CALLOUT);
  equal(port.info?.serialNumber, "A6008isP");
  await port.close();
});

test("watch() reports ports that come and go", async () => {
  const mac = new Mac();
  const events = new PortEvents(async () => mac.backend, {});
  const next = events.next();
  await nextTask();

  plug(mac, FT232R, FT2232H);
  const first = await next;
  const second = await events.next();
  const third = events.next();
  await nextTask();
  plug(mac, FT2232H);

  const told = [first, second, await third].map(
    ({ value }) => `${value?.type} ${value?.port.path}`,
  );
  deepEqual(told, [
    "added /dev/cu.usbserial-FT2XQ10",
    "added /dev/cu.usbserial-FT2XQ11",
    `removed ${CALLOUT}`,
  ]);
  await events.return();
  equal(mac.registry.held, 0);
  equal(mac.registry.listening, 0);
  equal(mac.kernel.openFds.size, 0);
});

test("watch() reports a device that was replaced by its twin between two calls", async () => {
  const mac = new Mac();
  const twin = { ...FT232R, children: structuredClone(FT232R.children) };
  const events = new PortEvents(async () => mac.backend, {});
  const next = events.next();
  await nextTask();

  mac.registry.become(machine());
  plug(mac, twin);

  deepEqual(
    [(await next).value, (await events.next()).value].map((event) => event?.type),
    ["removed", "added"],
  );
  await events.return();
});

test("watch() watches the mach port by a kqueue of its own, and that by the readiness", () => {
  const mac = new Mac();

  const watch = mac.backend.watch();

  ok(mac.kernel.kqueue.registered.includes("EVFILT_MACHPORT 4611")); // 0x1203
  deepEqual(mac.calls("kevent 7"), [
    "kevent 7 EVFILT_MACHPORT ident=4611 EV_ADD|EV_CLEAR udata=0 = 0",
    "kevent 7 wait = 0",
  ]);
  ok(mac.kernel.kqueue.registered.includes("EVFILT_READ 7"), "the queue itself is watched");
  watch.close();
  equal(mac.kernel.openFds.size, 0);
});

test("watch() takes an event between two calls once", async () => {
  const mac = new Mac();
  const watch = mac.backend.watch();

  plug(mac);
  plug(mac, FT232R);

  deepEqual(await watch.next(), { gone: new Set([CALLOUT]) });
  watch.close();
  equal(await watch.next(), undefined);
});

test("watch() hands a change to every listener, and stops with the last one", async () => {
  const mac = new Mac();
  const watches = [mac.backend.watch(), mac.backend.watch()];
  equal(mac.registry.listening, 1);

  const nexts = watches.map((watch) => watch.next());
  plug(mac);

  for (const next of nexts) deepEqual(await next, { gone: new Set([CALLOUT]) });
  watches[0]?.close();
  equal(mac.registry.listening, 1);
  watches[1]?.close();
  equal(mac.registry.listening, 0);
  equal(mac.registry.held, 0);
});

test("watch() does not report a service that has no node", async () => {
  const mac = new Mac();
  const bare = node("IOSerialBSDClient");
  mac.registry.become(machine(FT232R, bare));
  const watch = mac.backend.watch();
  const next = watch.next();

  plug(mac, FT232R);

  deepEqual(await next, { gone: new Set() });
  watch.close();
});

test("watch() fails the waiting listener when IOKit fails, and leaks nothing", async () => {
  const mac = new Mac();
  const watch = mac.backend.watch();
  const next = watch.next();
  mac.registry.onCall = (call) => {
    if (call === "take") throw new Error("port died");
  };

  plug(mac);

  await rejects(next, { message: "port died" });
  watch.close();
  equal(mac.registry.listening, 0);
  equal(mac.registry.held, 0);
});

test("watch() gives entries back when a property cannot be read", async () => {
  const mac = new Mac();
  const watch = mac.backend.watch();
  const next = watch.next();
  mac.registry.onCall = (call) => {
    if (call.startsWith("property")) throw new Error("unreadable");
  };

  plug(mac);

  await rejects(next, { message: "unreadable" });
  watch.close();
  equal(mac.registry.held, 0);
});

/** The calls of kqueue that may fail: creating it, and adding the filter. */
for (const [call, results] of [
  ["kqueue", [-24]],
  ["kevent", [7, -12]],
] as const) {
  test(`watch() leaves nothing behind when ${call} fails`, () => {
    const mac = new Mac();
    mac.kernel.kqueue.results.push(...results);

    throws(() => mac.backend.watch(), { name: "SerialError", syscall: call });

    equal(mac.registry.listening, 0);
    equal(mac.registry.held, 0);
  });
}
