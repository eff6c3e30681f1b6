// HotPlug over a fake inotify: what the kernel's events are made of, for the cases that are hard to
// bring about for real.

import assert from "node:assert/strict";
import { test } from "node:test";
import { HotPlug } from "../../../dist/linux/hotplug.js";
import { Inotify, type InotifyCalls } from "../../../dist/linux/inotify.js";
import type { Libc } from "../../../dist/posix/libc.js";
import type { Readiness, Watch } from "../../../dist/posix/readiness/readiness.js";

/** `<sys/inotify.h>` */
const IN_DELETE = 0x200;
const IN_Q_OVERFLOW = 0x4000;
const IN_IGNORED = 0x8000;
const EAGAIN = 11;

/** An inotify instance that a test fills. */
class FakeInotify {
  readonly added: string[] = [];
  readonly removed: number[] = [];
  result = 0;
  readonly #events: Uint8Array[] = [];
  #wake: (() => void) | undefined;

  hotPlug(): HotPlug {
    const calls: InotifyCalls = {
      create: () => this.result || 5,
      add: (_fd, path) => this.added.push(path),
      remove: (_fd, watch) => this.removed.push(watch),
    };
    const read: Libc["read"] = (_fd, into) => {
      const event = this.#events.shift();
      if (event === undefined) return -EAGAIN;
      into.set(event);
      return event.length;
    };
    const readiness: Readiness = {
      mechanism: "libuv",
      watch: (_fd, { onIdle }) => {
        this.#wake = onIdle;
        return { close: () => undefined } as Watch; // nothing else is called
      },
      started: async () => undefined,
    };
    const libc = { read } as Libc; // nothing else is called
    return new HotPlug({ inotify: new Inotify(calls, libc, readiness), dev: "/dev" });
  }

  /** Puts an event into the queue, as `struct inotify_event`. */
  put(watch: number, mask: number, name: string = ""): void {
    const bytes = Buffer.alloc(16 + (name === "" ? 0 : 16));
    bytes.writeInt32LE(watch, 0);
    bytes.writeUInt32LE(mask, 4);
    bytes.writeUInt32LE(bytes.length - 16, 12);
    bytes.write(name, 16);
    this.#events.push(bytes);
    this.#wake?.();
  }
}

const DEV = 1; // the first folder that is added

test("HotPlug watches the device folder and udev's folders", () => {
  const inotify = new FakeInotify();

  inotify.hotPlug().watch();

  assert.deepEqual(inotify.added, [
    "/dev",
    "/dev/serial",
    "/dev/serial/by-id",
    "/dev/serial/by-path",
  ]);
});

test("HotPlug reports lost events as a change", async () => {
  const inotify = new FakeInotify();
  const next = inotify.hotPlug().watch().next();

  inotify.put(-1, IN_Q_OVERFLOW);

  assert.deepEqual(await next, { gone: new Set() });
});

test("HotPlug puts several events of one wake-up into one change", async () => {
  const inotify = new FakeInotify();
  const watch = inotify.hotPlug().watch();
  inotify.put(DEV, IN_DELETE, "ttyUSB0");
  inotify.put(DEV, IN_DELETE, "ttyUSB1");

  assert.deepEqual(await watch.next(), { gone: new Set(["/dev/ttyUSB0", "/dev/ttyUSB1"]) });
});

test("HotPlug takes no name in udev's folders for a node", async () => {
  const inotify = new FakeInotify();
  const watch = inotify.hotPlug().watch();
  inotify.put(DEV + 2, IN_DELETE, "ttyUSB0");

  assert.deepEqual(await watch.next(), { gone: new Set() });
});

test("HotPlug passes over the farewell of folders that it watched before", async () => {
  const inotify = new FakeInotify();
  const hotPlug = inotify.hotPlug();
  hotPlug.watch().close();
  assert.deepEqual(inotify.removed, [1, 2, 3, 4]);
  const next = hotPlug.watch().next();

  inotify.put(DEV, IN_IGNORED);
  inotify.put(DEV, IN_DELETE, "ttyUSB0");
  inotify.put(5, IN_DELETE, "ttyUSB1");

  assert.deepEqual(await next, { gone: new Set(["/dev/ttyUSB1"]) });
});

test("HotPlug names the call that fails and what to do", () => {
  const inotify = new FakeInotify();
  inotify.result = -24; // EMFILE

  assert.throws(
    () => inotify.hotPlug().watch(),
    (error: Error & { code?: string; hint?: string }) =>
      error.code === "ERR_SERIAL_INOTIFY" && /max_user_instances/.test(error.hint ?? ""),
  );
});
