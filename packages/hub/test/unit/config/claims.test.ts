// Resources that two members cannot both have, and members that lead back into their own hub.

import { deepEqual, match } from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ConfigProblem } from "@anyserial/hub/config";
import { checkHubConfig } from "@anyserial/hub/config";
import { testFolder } from "../../helpers/service-fixtures.ts";

function problemsOf(networks: object, directory = "/nowhere"): readonly ConfigProblem[] {
  return checkHubConfig(JSON.stringify({ networks }), { directory }).problems;
}

function fieldsOf(networks: object, directory?: string): readonly string[] {
  return problemsOf(networks, directory).map(({ field }) => field);
}

test("one path, address or standard input cannot be two members", () => {
  const twice: readonly (readonly [object, object, string])[] = [
    [{ port: "./p" }, { port: "x/../p" }, "port"],
    [{ port: "./p" }, { port: { adapter: "ft232r", link: "p" } }, "port.link"],
    [{ serial: "/dev/x" }, { serial: "/dev/x" }, "serial"],
    [{ stdio: true }, { stdio: true }, "stdio"],
    [{ tcp: { listen: "127.0.0.1:4001" } }, { tcp: { listen: "127.0.0.1:4001" } }, "tcp.listen"],
  ];
  for (const [one, other, field] of twice) {
    const [problem, ...more] = problemsOf({ a: { members: { one } }, b: { members: { other } } });
    deepEqual(problem?.field, `networks.b.members.other.${field}`);
    match(
      problem?.reason ?? "",
      new RegExp(`already used by networks.a.members.one.(port|${field})$`),
    );
    deepEqual(more, []);
  }
});

test("two adapters of one hub cannot have the same chip and serial number", () => {
  const one = { port: { adapter: "ft232r", serialNumber: "A5" } };
  const members = { one, other: { port: { adapter: "cp2102", serialNumber: "A5" } }, third: one };

  deepEqual(fieldsOf({ a: { members } }), ["networks.a.members.third.port.serialNumber"]);
});

test("a serial member that opens the link of an adapter of its own network leads back", () => {
  const members = {
    one: { port: { adapter: "ft232r", link: "/run/x/tty" } },
    other: { serial: "/run/x/tty" },
  };

  deepEqual(fieldsOf({ a: { members } }), ["networks.a.members.other.serial"]);
});

test("one path through two folders that are the same cannot be two members", (t) => {
  const folder = testFolder(t);
  mkdirSync(join(folder, "real"));
  symlinkSync("real", join(folder, "alias"));
  const members = { one: { port: "real/sub/p" }, other: { port: "alias/sub/p" } };

  deepEqual(fieldsOf({ a: { members } }, folder), ["networks.a.members.other.port"]);
});

test("two listeners on ports that the system chooses are two listeners", () => {
  const tcp = { listen: "127.0.0.1:0" };

  deepEqual(fieldsOf({ a: { members: { one: { tcp }, other: { tcp } } } }), []);
});

test("a real port must not be an emulated port of its own network", () => {
  const members = { app: { port: "ports/app" }, real: { serial: "./ports/../ports/app" } };

  const [problem, ...more] = problemsOf({ net: { members } });

  deepEqual(problem?.field, "networks.net.members.real.serial");
  match(problem?.reason ?? "", /leads back into this hub, to networks.net.members.app.port/);
  deepEqual(more, []);
});

test("a real port must not lead to an own emulated port through links, made or not made yet", (t) => {
  const folder = testFolder(t);
  symlinkSync("second", join(folder, "first"));
  symlinkSync("ports/app", join(folder, "second"));
  mkdirSync(join(folder, "ports"));
  symlinkSync("ports", join(folder, "alias"));
  const app = { port: "ports/app" };
  const loops = (serial: string): readonly string[] =>
    fieldsOf({ net: { members: { app, real: { serial } } } }, folder);

  deepEqual(loops("./first"), ["networks.net.members.real.serial"]);
  deepEqual(loops(`${folder}/alias/app`), ["networks.net.members.real.serial"]);
  symlinkSync("/dev/pts/7", join(folder, "ports", "app")); // as while the hub runs
  deepEqual(loops("./first"), ["networks.net.members.real.serial"]);
  deepEqual(loops("/dev/pts/7"), ["networks.net.members.real.serial"]);
  deepEqual(loops("/dev/pts/8"), []);
});

test("one bridge between two networks is allowed, a second way back is a loop", () => {
  const a = { members: { app: { port: "p/a" }, back: { serial: "./p/c" } } };
  const b = { members: { app: { port: "p/b" }, fromA: { serial: "./p/a" } } };
  const c = { members: { app: { port: "p/c" }, fromB: { serial: "./p/b" } } };
  const open = { members: { app: { port: "p/a" } } };

  deepEqual(fieldsOf({ a: open, b, c }), []);
  deepEqual(fieldsOf({ a, b, c }), ["networks.c.members.fromB.serial"]);
});

test("a TCP member must not connect to a listener of its own network", () => {
  const loop = (connect: string, listen: string): readonly string[] =>
    fieldsOf({ net: { members: { one: { tcp: { listen } }, two: { tcp: { connect } } } } });

  deepEqual(loop("localhost:4001", "127.0.0.1:4001"), ["networks.net.members.two.tcp.connect"]);
  deepEqual(loop("[::1]:4001", "localhost:4001"), ["networks.net.members.two.tcp.connect"]);
  deepEqual(loop("127.0.0.1:4002", "127.0.0.1:4001"), []);
  deepEqual(loop("192.0.2.1:4001", "127.0.0.1:4001"), []);
});

test("a real port at an address must not connect to a remote member of its own network", () => {
  const remote = { remote: { listen: "127.0.0.1:2217" } };
  const serial = { serial: "rfc2217://localhost:2217?timeout=1s" };

  deepEqual(fieldsOf({ a: { members: { remote, serial } } }), ["networks.a.members.serial.serial"]);
  deepEqual(fieldsOf({ a: { members: { remote } }, b: { members: { serial } } }), []);
});

test("one address cannot be of a tcp and of a remote member", () => {
  const members = { one: { tcp: { listen: "[::1]:1" } }, other: { remote: { listen: "[::1]:1" } } };

  deepEqual(fieldsOf({ a: { members } }), ["networks.a.members.other.remote.listen"]);
});
