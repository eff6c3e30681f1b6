// Every call that a hub makes on an emulated port fails, with every errno: it is that member's affair.

import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { closeSync, constants, openSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { createVirtualPort } from "anyserial/pty";
import type { Member } from "../../dist/engine/member.js";
import type { CreatePty } from "../../dist/members/pty-port.js";
import { BenchHub } from "../helpers/bench-hub.ts";
import { ERRNO_NAMES, FaultyCalls, NO_PAUSES } from "../helpers/faulty-calls.ts";
import { DEEDS, FULL_DEEDS, isHungUp, KNOWN, LOOKS, PortScene } from "../helpers/port-scene.ts";

test("the calls that fail here are all that a hub makes on a port", async (t) => {
  const scene = await PortScene.start(t);

  await scene.useEverything();
  await scene.expectUsable();

  deepEqual(scene.calls.made, new Set([...DEEDS, ...FULL_DEEDS, ...LOOKS, ...KNOWN]));
});

for (const call of DEEDS) {
  test(`a hub survives every errno of ${call}, and serves the port again`, async (t) => {
    await (await PortScene.start(t)).survive(call);
  });
}

for (const call of LOOKS) {
  test(`a hub shows as unknown what ${call} fails to find out, and the application keeps its port`, async (t) => {
    const scene = await PortScene.start(t);
    const fd = scene.openVictim();
    await scene.bench.event("member-open", "victim");
    const before = scene.bench.member("victim");
    const unknown = call === "port.unreadBytes" ? { unreadBytes: null } : { settings: undefined };

    for (const code of ERRNO_NAMES) {
      scene.calls.failWithEach(call, [code]);
      const { notReadForMs } = before;
      deepEqual({ ...scene.bench.member("victim"), notReadForMs }, { ...before, ...unknown });
      deepEqual(scene.bench.member("victim"), before);
    }

    deepEqual(
      scene.errors.map(({ code }) => code),
      ERRNO_NAMES.filter((code) => code !== "EBUSY"),
    );
    equal(isHungUp(fd), false);
    closeSync(fd);
  });
}

/**
 * Errors that keep a hub from starting: another program has the resource, or the system is out of
 * it.
 */
const FATAL = ["EADDRINUSE", "EEXIST", "EMFILE", "ENFILE", "ENOMEM", "ENOSPC"];

test("a hub starts without a port that cannot be made, whatever the errno, and makes it later", async () => {
  for (const code of ERRNO_NAMES.filter((name) => !FATAL.includes(name))) {
    await using bench = BenchHub.prepare();
    const calls = new FaultyCalls();
    calls.failWithEach("create", [code]);
    await bench.run(bench.config(["a", "b"]), {
      pauses: NO_PAUSES,
      createPty: async (access) => {
        calls.enter("create");
        return createVirtualPort(access);
      },
    });
    const { error, willRetry } = await bench.event("member-error", "a");
    const restored = await bench.event("member-restored", "a");
    const [a, b] = [await bench.open("a"), await bench.open("b")];
    await b.send(Buffer.from("hello"));

    equal(await receiveText(a, 5), "hello");
    equal((error as NodeJS.ErrnoException).code, code);
    match(error.message, /^Cannot create the port of member "net\/a": /);
    deepEqual([willRetry, restored.member], [true, "a"]);
  }
});

test("a hub does not start when the system is out of what a port needs, and names the port", async () => {
  for (const code of FATAL) {
    await using bench = BenchHub.prepare();
    const createPty = async (): Promise<never> => {
      throw Object.assign(new Error("made up"), { code });
    };

    await rejects(bench.run(bench.config(["a"]), { createPty }), { code, message: /"net\/a"/ });
  }
});

test("a reload that would replace a port by one that cannot be made changes nothing", async () => {
  await using bench = BenchHub.prepare();
  const createPty: CreatePty = async (access) => {
    if (access.mode === undefined) return createVirtualPort(access);
    throw Object.assign(new Error("made up"), { code: "EPERM" });
  };
  await bench.run(bench.config(["a", "b"]), { createPty });
  const a = await bench.open("a");

  await rejects(bench.hub.reload(bench.config(["a", "b"], {}, { a: { mode: 0o600 } })), {
    code: "EPERM",
    message: /"net\/a"/,
    hint: /root/,
  });

  const b = await bench.open("b");
  await b.send(Buffer.from("hello"));
  equal(await receiveText(a, 5), "hello");
});

test("a path leads nowhere while there is no pty behind it, and to the new one before the old one goes", async () => {
  await using bench = BenchHub.prepare();
  const calls = new FaultyCalls();
  let member: Member | undefined;
  const led: (string | undefined)[] = [];
  const look = (): number => led.push(targetOf(bench.path("a")));
  await bench.run(bench.config(["a", "b"]), {
    pauses: NO_PAUSES,
    wrap: (made, { name }) => {
      if (name === "a") member = made;
      return made;
    },
    createPty: async (access) => {
      look();
      calls.enter("create");
      return createVirtualPort(access);
    },
  });
  const [first, a] = [targetOf(bench.path("a")), await bench.open("a")];
  led.length = 0;

  member?.hangUp();
  await a.closed;
  const second = targetOf(bench.path("a"));
  calls.failWithEach("create", ["EMFILE", "ENOSPC", "EIO"]);
  member?.hangUp();
  await bench.event("member-restored", "a");

  notEqual(second, undefined);
  notEqual(second, first);
  deepEqual(led, [first, second, undefined, undefined, undefined]);
  await bench.open("b");
});

/** Where a link leads. */
function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

test("an application that opens a port before it is listened to is noticed", async () => {
  await using bench = BenchHub.prepare();
  const early: number[] = [];
  await bench.run(bench.config(["a", "b"]), {
    createPty: async (access) => {
      const port = await createVirtualPort(access);
      early.push(openSync(port.devicePath, constants.O_RDWR | constants.O_NOCTTY));
      return port;
    },
  });

  await bench.event("member-open", "a");
  for (const fd of early) closeSync(fd);
  await bench.event("member-close", "a");

  equal(bench.told("member-open", "a").length, 1);
});

test("a hub starts without a port whose owner this machine does not know, and says so", async () => {
  await using bench = BenchHub.prepare();
  const config = bench.config(["a", "b"], {}, { a: { owner: "no-such-user" } });

  await bench.run(config);
  const { error } = await bench.event("member-error", "a");
  await bench.open("b");

  match(error.message, /member "net\/a": .*no-such-user/);
  match((error as { hint?: string }).hint ?? "", /passwd/);
  equal(bench.member("a").error, error.message);
});
