// PosixPort over real ptys whose system calls are interrupted, cut short, and fail.

import { equal, ok, rejects, throws } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { arch } from "node:process";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { SerialDisconnectedError } from "anyserial";
import { FaultPlan } from "anyserial/testing";
import { ffi } from "../../dist/ffi/koffi.js";
import { linuxAbi } from "../../dist/linux/abi.js";
import { linuxParts } from "../../dist/linux/backend.js";
import { DeviceReads } from "../../dist/linux/device-reads.js";
import { bindInotify, Inotify, type InotifyCalls } from "../../dist/linux/inotify.js";
import { bindDuplicate, type LinuxPtySystem, openLinuxPty } from "../../dist/linux/pty.js";
import { bindAccessCalls } from "../../dist/posix/device-access.js";
import type { Libc } from "../../dist/posix/libc.js";
import { openFaultyPty } from "../helpers/faulty-pty.ts";
import { leakFree } from "../helpers/leak-free.ts";

const DATA = Uint8Array.from({ length: 3000 }, (_, at) => at);

async function exactly(
  from: { receive(): Promise<Uint8Array> },
  count: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let left = count; left > 0; left -= parts.at(-1)?.length ?? 0) {
    parts.push(await from.receive());
  }
  return Buffer.concat(parts);
}

test("send() retries interrupted writes and goes on after short ones", async () => {
  const plan = new FaultPlan({ eintr: { times: 4, on: "write" }, shortWrites: { maxBytes: 1 } });
  await using pair = await openFaultyPty(plan);
  const received = exactly(pair.device, DATA.length);
  await pair.port.send(DATA);

  ok(Buffer.from(DATA).equals(await received));
  equal(plan.counts.writes, 5 * DATA.length);
  equal(pair.port.stats().bytesOut, DATA.length);
});

test("receive() retries interrupted reads and waits out storms", async () => {
  const plan = new FaultPlan({
    eintr: { times: 4, on: "read" },
    eagain: { times: 5, on: "read" },
    shortReads: { maxBytes: 100 },
  });
  await using pair = await openFaultyPty(plan);
  const sending = pair.device.send(DATA);

  ok(Buffer.from(DATA).equals(await exactly(pair.port, DATA.length)));
  await sending;
  ok(plan.counts.eagain >= 5 * 30);
  ok(plan.counts.eintr >= 4 * 30);
  ok(pair.port.stats().wouldBlock >= plan.counts.eagain);
});

test("receive() can be aborted in the middle of a storm, and loses no byte", async () => {
  const plan = new FaultPlan({ eagain: { times: 1000, on: "read" } });
  await using pair = await openFaultyPty(plan);
  await pair.device.send(DATA.subarray(0, 10));
  const controller = new AbortController();
  const failed = rejects(pair.port.receive({ signal: controller.signal }), { name: "AbortError" });
  while (plan.counts.eagain < 10) await nextTask();
  controller.abort();
  await failed;

  ok(Buffer.from(DATA.subarray(0, 10)).equals(await exactly(pair.port, 10)));
});

for (const operation of ["receive", "send"] as const) {
  test(`${operation}() that the system answers with EIO is a disconnect`, async () => {
    const plan = new FaultPlan({ disconnectOnCall: 1 });
    await using pair = await openFaultyPty(plan);
    const call = operation === "send" ? pair.port.send(DATA) : pair.port.receive();
    await rejects(call, {
      name: "SerialDisconnectedError",
      code: "EIO",
      operation,
      path: pair.port.path,
    });

    ok((await pair.port.closed) instanceof SerialDisconnectedError);
  });
}

/** Ptys over the real system, with another ioctl(2), and with an inotify instance that the test closes. */
function ptySystem(
  instance: number,
  changes: { ioctlValue?: Libc["ioctlValue"]; calls?: Partial<InotifyCalls> } = {},
): LinuxPtySystem {
  const { platform, readiness } = linuxParts(ffi, arch);
  const abi = linuxAbi(arch);
  ok(abi !== undefined);
  const libc = { ...platform.libc, ioctlValue: changes.ioctlValue ?? platform.libc.ioctlValue };
  const calls = { ...bindInotify(ffi), create: () => instance, ...changes.calls };
  return {
    platform: { ...platform, libc },
    abi,
    readiness,
    inotify: new Inotify(calls, libc, readiness),
    reads: new DeviceReads(calls, libc),
    access: bindAccessCalls(ffi),
    duplicate: bindDuplicate(ffi, abi),
  };
}

test(
  "a pty that cannot be made, since its device cannot be opened, leaves nothing behind",
  leakFree(() => {
    const instance = bindInotify(ffi).create();
    const { platform, abi } = ptySystem(instance);
    const { ioctlValue } = platform.libc;
    const system = ptySystem(instance, {
      ioctlValue: (fd, asked, value) =>
        asked === abi.TIOCGPTPEER ? -constants.errno.EMFILE : ioctlValue(fd, asked, value),
    });

    throws(() => openLinuxPty(system, undefined), { code: "EMFILE" });
    closeSync(instance);
  }),
);

for (const [call, errno] of [
  ["create", constants.errno.EMFILE],
  ["add", constants.errno.ENOSPC],
] as const) {
  test(
    `a pty whose device cannot be watched (inotify ${call}) still reports its application`,
    leakFree(async (t) => {
      const warned = t.mock.method(process, "emitWarning", () => undefined);
      const instance = bindInotify(ffi).create();
      const port = openLinuxPty(
        ptySystem(instance, { calls: { [call]: () => -errno } }),
        undefined,
      );
      const changed = new Promise<void>((resolve) => {
        port.onPresence = resolve;
      });
      const alive = setInterval(() => undefined, 1000);

      const application = openSync(port.devicePath, "r+");
      await changed;
      clearInterval(alive);
      closeSync(application);
      port.abandon();
      closeSync(instance);

      ok(warned.mock.callCount() <= 1); // once a process
    }),
  );
}
