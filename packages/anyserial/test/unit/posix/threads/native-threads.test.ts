// Real threads: the descriptors that they close, and that they do not keep a process.

import { equal, ok, throws } from "node:assert/strict";
import { fstatSync, openSync } from "node:fs";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { ffi } from "../../../../dist/ffi/koffi.js";
import { bindThreads, type NativeCall } from "../../../../dist/posix/threads/native-threads.js";

const skip = process.platform === "linux" ? false : "the calls are those of Linux";

test("bindThreads() starts close(2) in a thread, and reports when it is done", {
  skip,
}, async () => {
  const fd = openSync("/dev/null", "r");
  const call = bindThreads(ffi)?.start("close", fd);
  ok(call !== undefined);
  await done(call);

  throws(() => fstatSync(fd), { code: "EBADF" });
});

test("bindThreads() gives each call a thread of its own", { skip }, async () => {
  const threads = bindThreads(ffi);
  const fds = Array.from({ length: 8 }, () => openSync("/dev/null", "r"));
  const calls = fds.map((fd) => threads?.start("close", fd));
  for (const call of calls) {
    ok(call !== undefined);
    await done(call);
  }

  equal(fds.filter(isOpen).length, 0);
});

test("cancel() of a call is harmless when the call has ended by itself", { skip }, async () => {
  const call = bindThreads(ffi)?.start("tcdrain", openSync("/dev/null", "r")); // ENOTTY, at once
  ok(call !== undefined);
  call.cancel();

  await done(call);
});

async function done(call: NativeCall): Promise<void> {
  await until("the thread has ended", () => call.isDone());
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}
