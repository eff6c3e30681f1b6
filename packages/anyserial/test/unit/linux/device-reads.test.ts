// Reads of device nodes, over an inotify with prepared answers.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { DeviceReads } from "../../../dist/linux/device-reads.js";
import type { InotifyCalls } from "../../../dist/linux/inotify.js";
import type { Libc } from "../../../dist/posix/libc.js";

const IN_ACCESS = 0x01;
const IN_IGNORED = 0x8000;
const IN_Q_OVERFLOW = 0x4000;
const EMFILE = 24;
const ENOSPC = 28;

/** inotify with prepared answers. */
class FakeInotify implements InotifyCalls {
  readonly calls: string[] = [];
  created = 9;
  added: number | undefined;
  #watch = 0;
  readonly #events: { readonly watch: number; readonly mask: number }[] = [];

  create(): number {
    this.calls.push("create");
    return this.created;
  }

  add(_fd: number, path: string): number {
    this.calls.push(`add ${path}`);
    return this.added ?? ++this.#watch;
  }

  remove(_fd: number, watch: number): number {
    this.calls.push(`remove ${watch}`);
    return 0;
  }

  /** Queues an event as the kernel would. */
  happens(watch: number, ...masks: readonly number[]): void {
    this.#events.push(...masks.map((mask) => ({ watch, mask })));
  }

  /** read(2) of the instance. */
  readonly read = (_fd: number, into: Uint8Array): number => {
    const view = new DataView(into.buffer, into.byteOffset);
    const events = this.#events.splice(0);
    for (const [index, { watch, mask }] of events.entries()) {
      view.setInt32(index * 16, watch, true);
      view.setUint32(index * 16 + 4, mask, true);
      view.setUint32(index * 16 + 12, 0, true);
    }
    return events.length * 16;
  };
}

function create(): { readonly inotify: FakeInotify; readonly reads: DeviceReads } {
  const inotify = new FakeInotify();
  const libc = { read: inotify.read } as unknown as Libc;
  return { inotify, reads: new DeviceReads(inotify, libc) };
}

test("DeviceReads watches a node from the first question on, and again after each read", () => {
  const { inotify, reads } = create();
  const mark = reads.mark("/dev/pts/1");
  deepEqual(inotify.calls, []);

  equal(mark.hasRead(), undefined);
  equal(mark.hasRead(), false);
  inotify.happens(1, IN_ACCESS, IN_IGNORED);
  equal(mark.hasRead(), true);
  equal(mark.hasRead(), false);

  deepEqual(inotify.calls, ["create", "add /dev/pts/1", "add /dev/pts/1"]);
});

test("DeviceReads takes a node that is gone for no read", () => {
  const { inotify, reads } = create();
  const mark = reads.mark("/dev/pts/1");
  mark.hasRead();
  inotify.happens(1, IN_IGNORED);
  inotify.added = -ENOSPC;

  equal(mark.hasRead(), undefined);
});

test("DeviceReads does not know who read when events were lost, and watches all anew", () => {
  const { inotify, reads } = create();
  const [one, other] = [reads.mark("/dev/pts/1"), reads.mark("/dev/pts/2")];
  one.hasRead();
  other.hasRead();
  inotify.happens(-1, IN_Q_OVERFLOW);

  equal(one.hasRead(), undefined);
  equal(other.hasRead(), undefined);
  equal(one.hasRead(), false);
  inotify.happens(4, IN_ACCESS);
  equal(other.hasRead(), true);
});

test("DeviceReads that may make no instance knows nothing, and fails nothing", () => {
  const { inotify, reads } = create();
  inotify.created = -EMFILE;
  const mark = reads.mark("/dev/pts/1");

  equal(mark.hasRead(), undefined);
  equal(mark.hasRead(), undefined);
  mark.close();
});

test("DeviceReads forgets a mark that is closed", () => {
  const { inotify, reads } = create();
  const mark = reads.mark("/dev/pts/1");
  mark.hasRead();

  mark.close();

  equal(inotify.calls.at(-1), "remove 1");
});
