// VirtualPort.subscribe() when the kernel refuses what nobody has called for: reported, never thrown into the
// event loop.

import "@anyserial/test-support/fakeable-timers"; // first
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { constants } from "node:os";
import { after, test } from "node:test";
import { VirtualPort, type VirtualPortSubscription } from "anyserial/pty";
import { READ } from "../../../dist/backend/channel.js";
import { errnoError } from "../../../dist/posix/errno.js";
import { checkAccess } from "../../../dist/virtual/device-access.js";
import { FakePtyPort } from "../../helpers/fake-pty-port.ts";
import { runScript } from "../../helpers/run-script.ts";

const PLACE = { link: undefined, access: checkAccess({}) };

/** What the kernel tells of, and the calls that are made to find out more. */
const HAPPENINGS = [
  {
    what: "bytes arrive",
    calls: ["tryRead", "isApplicationOpen", "effectiveConfig", "terminalMode"],
    happen: (kernel: FakePtyPort) => void kernel.wake(READ),
  },
  {
    what: "the path is opened or closed",
    calls: ["isApplicationOpen", "effectiveConfig", "terminalMode"],
    happen: (kernel: FakePtyPort) => kernel.onPresence?.(),
  },
  {
    what: "room is waited for",
    calls: ["arm"],
    happen: (_kernel: FakePtyPort, listening: VirtualPortSubscription) =>
      listening.notifyWritable(),
  },
] as const;

/** One that is listened to keeps the process alive. */
const ports: VirtualPort[] = [];
after(() => Promise.all(ports.map((port) => port.close())));

function make(kernel: FakePtyPort): VirtualPort {
  const port = new VirtualPort(kernel as never, PLACE as never);
  ports.push(port);
  return port;
}

interface Listened {
  readonly kernel: FakePtyPort;
  readonly port: VirtualPort;
  readonly listening: VirtualPortSubscription;
  readonly changes: string[];
  readonly errors: unknown[];
}

function listen(): Listened {
  const kernel = new FakePtyPort();
  const port = make(kernel);
  const [changes, errors]: [string[], unknown[]] = [[], []];
  const listening = port.subscribe({
    onData: () => undefined,
    onWritable: () => undefined,
    onChange: ({ kind }) => changes.push(kind),
    onError: (error) => errors.push(error),
  });
  return { kernel, port, listening, changes, errors };
}

function failureOf(call: string, errno: number): Error {
  const failed = { context: "io", operation: "receive", path: "/dev/pts/fake" } as const;
  return errnoError({ ...failed, syscall: call, errno, errnoByName: constants.errno });
}

for (const { what, calls, happen } of HAPPENINGS) {
  for (const call of calls) {
    test(`VirtualPort.subscribe() reports every errno of ${call}() when ${what}`, async () => {
      for (const [name, errno] of Object.entries(constants.errno)) {
        const { kernel, port, listening, errors } = listen();
        const error = failureOf(call, errno);
        kernel.input.push(1);
        kernel.failing = { call, error };

        happen(kernel, listening);

        ok(errors.length > 0, name);
        for (const reported of errors) equal(reported, error);
        await port.close();
      }
    });
  }
}

test("VirtualPort.subscribe() reports an application whose settings cannot be read", () => {
  const { kernel, changes } = listen();
  kernel.failing = { call: "effectiveConfig", error: failureOf("ioctl", constants.errno.EINVAL) };

  kernel.isOpen = true;
  kernel.onPresence?.();

  deepEqual(changes, ["open"]);
});

test("VirtualPort.changes() rejects when the application cannot be looked at", async () => {
  const kernel = new FakePtyPort();
  const port = make(kernel);
  const next = port.changes().next();
  const error = failureOf("poll", constants.errno.ENOMEM);
  kernel.failing = { call: "isApplicationOpen", error };

  kernel.onPresence?.();

  equal(await next.catch((reason: unknown) => reason), error);
});

test("VirtualPort.subscribe() that cannot start leaves the port free to be listened to", () => {
  const kernel = new FakePtyPort();
  const port = make(kernel);
  const error = failureOf("epoll_ctl", constants.errno.ENOSPC);
  kernel.failing = { call: "arm", error };

  throws(() => port.subscribe({ onData: () => undefined, onChange: () => undefined }), error);

  equal(kernel.onPresence, undefined);
  kernel.failing = undefined;
  ok(port.subscribe({ onData: () => undefined }));
});

test("VirtualPort.close() resolves when the descriptor cannot be closed", async () => {
  const kernel = new FakePtyPort();
  const port = make(kernel);
  kernel.failing = { call: "close", error: failureOf("close", constants.errno.EIO) };

  await port.close();

  equal(await port.closed, undefined);
});

test("VirtualPort.trySend() passes two functions on its way to the port", async () => {
  const kernel = new FakePtyPort();
  const port = make(kernel);
  let own: string[] = [];
  kernel.tryWrite = (data) => {
    own = (new Error("here").stack ?? "").split("\n").filter((line) => line.includes("/dist/"));
    return data.length;
  };

  port.trySend(Buffer.from("x"));

  equal(own.length, 2, own.join("\n"));
});

for (const callback of ["onData", "onWritable", "onChange"] as const) {
  test(`VirtualPort.subscribe() goes on after an ${callback} that throws, which is an uncaught exception`, async () => {
    const { stdout, stderr } = await runScript(`
      import { constants } from "node:os";
      import { openSerialPort } from "anyserial";
      import { createVirtualPort } from "anyserial/pty";
      const seen = [];
      process.on("uncaughtException", ({ message }) => seen.push(message));
      const turn = () => new Promise(setImmediate);
      const until = async (holds) => { while (!holds()) await turn(); };
      const devices = [await createVirtualPort(), await createVirtualPort()];
      const received = ["", ""];
      const heard = new Set();
      const happened = (name) => {
        heard.add(name);
        if (name === "${callback}") throw new Error(name);
      };
      const listenings = devices.map((device, at) => device.subscribe({
        onData: (bytes) => { received[at] += Buffer.from(bytes); happened("onData"); },
        onWritable: () => happened("onWritable"),
        onChange: () => happened("onChange"),
      }));
      const ports = await Promise.all(devices.map(({ path }) => openSerialPort(path)));
      for (const listening of listenings) listening.notifyWritable();
      for (const text of ["a".repeat(9000), "b"]) {
        await Promise.all(ports.map((port) => port.send(Buffer.from(text))));
        await until(() => received.every((all) => all.endsWith(text)));
      }
      await until(() => heard.has("onWritable") && heard.has("onChange"));
      await until(() => seen.includes("${callback}"));
      console.log(received.every((all) => all === "a".repeat(9000) + "b"), [...new Set(seen)].join());
      process.exit();
    `);

    equal(stderr, "");
    equal(stdout.trim(), `true ${callback}`);
  });
}
