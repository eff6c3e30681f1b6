// PosixPort over real ptys whose system calls are interrupted, cut short, and fail.

import { equal, ok, rejects, throws } from "node:assert/strict";
import { constants } from "node:os";
import { arch } from "node:process";
import { test } from "node:test";
import { SerialDisconnectedError } from "anyserial";
import { FaultPlan } from "anyserial/testing";
import { ffi } from "#internal/ffi/koffi.js";
import { linuxAbi } from "#internal/linux/abi.js";
import { linuxParts } from "#internal/linux/backend.js";
import { bindInotify, DevicePresence } from "#internal/linux/inotify.js";
import { openLinuxPty } from "#internal/linux/pty.js";
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
  while (plan.counts.eagain < 10) await new Promise((resolve) => setImmediate(resolve));
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

const ptyFaults = [
  { what: "its device cannot be opened", request: "TIOCGPTPEER", code: "EMFILE" },
  { what: "its device cannot be watched", request: undefined, code: "ERR_SERIAL_INOTIFY" },
] as const;

for (const { what, request, code } of ptyFaults) {
  test(
    `a pty that cannot be made, since ${what}, leaves nothing behind`,
    leakFree(() => {
      const { platform, readiness } = linuxParts(ffi, arch);
      const abi = linuxAbi(arch);
      ok(abi !== undefined);
      const { libc } = platform;
      const broken = {
        ...libc,
        ioctlValue: (fd: number, asked: number, value: number): number =>
          request !== undefined && asked === abi[request]
            ? -constants.errno.EMFILE
            : libc.ioctlValue(fd, asked, value),
      };
      const instance = bindInotify(ffi).create(); // presence keeps it: here it is closed
      const inotify = {
        create: () => instance,
        add: () => (request === undefined ? -constants.errno.ENOSPC : 1),
        remove: () => 0,
      };
      const presence = new DevicePresence(inotify, libc, readiness);
      const system = { platform: { ...platform, libc: broken }, abi, readiness, presence };

      throws(() => openLinuxPty(system, undefined), { code });
      libc.close(instance);
    }),
  );
}
