// The ports of `anyserial run`, and who chooses among them.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { PortInfo } from "anyserial";
import type { PortChooser } from "anyserial/web-serial";
import { choosePort } from "../../../../dist/commands/run/choose-port.js";
import { parsePort, resolvePorts } from "../../../../dist/commands/run/ports.js";

const CHOOSING = { isGranted: () => false, onChange: () => () => undefined };

function port(path: string, vid?: number, pid?: number): PortInfo {
  return { path, vid, pid } as PortInfo; // as far as it is read
}

const findNone = async (): Promise<undefined> => undefined;

test("parsePort() reads USB ids, a vendor, a path, an address, and a path with USB ids", () => {
  deepEqual(parsePort("303A:1001"), { kind: "usb", vid: 0x303a, pid: 0x1001 });
  deepEqual(parsePort("0403"), { kind: "usb", vid: 0x0403, pid: undefined });
  deepEqual(parsePort("COM3"), { kind: "path", path: "COM3", ids: undefined });
  deepEqual(parsePort("rfc2217://[::1]:4000"), {
    kind: "path",
    path: "rfc2217://[::1]:4000",
    ids: undefined,
  });
  deepEqual(parsePort("/tmp/a=b=303a:1"), {
    kind: "path",
    path: "/tmp/a=b",
    ids: { vid: 0x303a, pid: 1 },
  });
});

test("resolvePorts() offers USB devices only, and everything with --all", async () => {
  const none = { grant: [], offer: [] };
  const usual = await resolvePorts({ ...none, all: false }, findNone);
  const all = await resolvePorts({ ...none, all: true }, findNone);

  deepEqual(
    [usual.ports(port("/dev/ttyS0")), usual.ports(port("/dev/ttyUSB0", 1, 2))],
    [false, true],
  );
  equal(all.ports(port("/dev/ttyS0")), true);
  equal(all.grant(port("/dev/ttyS0")), false);
});

test("resolvePorts() grants by vendor, by both ids, and by path", async () => {
  const grant = ["0403", "303a:1001", "/tmp/tty"];
  const { grant: isGranted } = await resolvePorts({ grant, offer: [], all: false }, findNone);

  deepEqual([port("a", 0x0403, 5), port("b", 0x303a, 0x1001), port("/tmp/tty")].map(isGranted), [
    true,
    true,
    true,
  ]);
  deepEqual([port("c", 0x303a, 0x1002), port("/tmp/other")].map(isGranted), [false, false]);
});

test("resolvePorts() leaves a port of this system to discovery, which knows its USB ids", async () => {
  const found = port("/dev/ttyS0");
  const find = async (path: string): Promise<PortInfo | undefined> =>
    path === "/dev/link" ? found : undefined;

  const { others, ports, grant } = await resolvePorts(
    { grant: ["/dev/link"], offer: ["/tmp/tty", "/tmp/esp=303a:1001"], all: false },
    find,
  );

  deepEqual(others, [{ path: "/tmp/tty" }, { path: "/tmp/esp", vid: 0x303a, pid: 0x1001 }]);
  deepEqual([ports(found), grant(found)], [true, true]);
  deepEqual([ports(port("/tmp/tty")), grant(port("/tmp/tty"))], [true, false]);
});

test("resolvePorts() names a path where the system cannot list its ports", async () => {
  const fail = async (): Promise<never> => {
    throw new Error("no list");
  };

  const { others } = await resolvePorts({ grant: ["/dev/x"], offer: [], all: false }, fail);

  deepEqual(others, [{ path: "/dev/x" }]);
});

test("resolvePorts() refuses USB ids for --offer, and an empty port", async () => {
  const call = (grant: string[], offer: string[]) =>
    resolvePorts({ grant, offer, all: false }, findNone);

  await rejects(call([], ["303a:1001"]), { code: "ERR_USAGE" });
  await rejects(call([""], []), { code: "ERR_USAGE" });
});

test("choosePort() takes the only granted port of those that match, and asks for none or several", async () => {
  const asked: number[] = [];
  const ask: PortChooser = (ports) => {
    asked.push(ports.length);
    return ports[0];
  };
  const choose = choosePort({ script: "s", isGranted: ({ vid }) => vid === 1, ask });

  equal((await choose([port("a"), port("b", 1)], CHOOSING))?.path, "b");
  deepEqual(asked, []);
  equal((await choose([port("a"), port("b")], CHOOSING))?.path, "a");
  equal((await choose([port("a", 1), port("b", 1)], CHOOSING))?.path, "a");
  deepEqual(asked, [2, 2]);
});

test("choosePort() asks one question after the other", async () => {
  const answers: ((port: PortInfo | undefined) => void)[] = [];
  const ask: PortChooser = () => new Promise((resolve) => answers.push(resolve));
  const choose = choosePort({ script: "s", isGranted: () => false, ask });
  const [first, second] = [choose([port("a")], CHOOSING), choose([port("b")], CHOOSING)];
  await new Promise(setImmediate);
  equal(answers.length, 1);

  answers[0]?.(undefined);
  equal(await first, undefined);
  await new Promise(setImmediate);
  answers[1]?.(port("b"));

  equal((await second)?.path, "b");
});

test("choosePort() without a terminal rejects with NotFoundError, and names --grant", async () => {
  const choose = choosePort({ script: "s.mjs", isGranted: () => false, ask: undefined });

  await rejects(Promise.resolve(choose([port("/dev/ttyS0")], CHOOSING)), {
    name: "NotFoundError",
    message: /--grant \/dev\/ttyS0 s\.mjs.*Offered are: \/dev\/ttyS0$/,
  });
  await rejects(Promise.resolve(choose([], CHOOSING)), { name: "NotFoundError" });
});
