// Work inside an open folder on macOS, over functions of the test: names, flags and layouts of its headers.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { darwinFolderAbi } from "../../../dist/darwin/folder-abi.js";
import { bindDarwinFolderCalls } from "../../../dist/darwin/folder-calls.js";
import type { ErrnoTable } from "../../../dist/posix/posix-abi.js";
import { fakeFfi } from "../../helpers/fake-ffi.ts";

const errno = {} as ErrnoTable; // nothing of it is asked
const abi = darwinFolderAbi(errno);

test("darwinFolderAbi() has the numbers of <sys/fcntl.h>, <sys/stdio.h> and <sys/syslimits.h>", () => {
  const { stat, errno: _names, ...numbers } = abi;

  deepEqual(numbers, {
    ...{ O_RDWR: 2, O_NONBLOCK: 4, O_NOFOLLOW: 0x100, O_CREAT: 0x200, O_EXCL: 0x800 },
    ...{ O_DIRECTORY: 0x100000, O_CLOEXEC: 0x1000000, O_PATH: 0 },
    ...{ AT_SYMLINK_NOFOLLOW: 0x20, AT_REMOVEDIR: 0x80, RENAME_SWAP: 2, RENAME_EXCL: 4 },
    ...{ PATH_MAX: 1024, LOCK_EX: 2, LOCK_NB: 4 },
  });
  equal(stat.size, 144);
});

test("bindDarwinFolderCalls() keeps and swaps by renameatx_np()", () => {
  const calls: unknown[] = [];
  const { ffi } = fakeFfi({
    renameatx_np: (...args: unknown[]) => {
      calls.push(args);
      return 0;
    },
  });
  const { renameWith } = bindDarwinFolderCalls(ffi, abi, { variadic: true });

  renameWith("keep", 7, { from: "a", to: "b" });
  renameWith("swap", 7, { from: "a", to: "b" });

  deepEqual(calls, [
    [7, "a", 7, "b", 4],
    [7, "a", 7, "b", 2],
  ]);
});

for (const suffix of ["$INODE64", ""]) {
  test(`bindDarwinFolderCalls() looks by fstatat${suffix}(), which fills struct stat`, () => {
    const stat = (...[, , bytes, flags]: [number, string, Uint8Array, number]): number => {
      const view = new DataView(bytes.buffer);
      view.setUint32(0, 0x11, true); // st_dev
      view.setUint16(4, 0o120755, true); // st_mode
      view.setUint16(6, 1, true); // st_nlink
      view.setBigUint64(8, 0x22n, true); // st_ino
      view.setUint32(16, 501, true); // st_uid
      equal(flags, 0x20);
      return 0;
    };
    const { ffi } = fakeFfi({ [`fstatat${suffix}`]: stat, [`fstat${suffix}`]: () => 0 });
    const found = bindDarwinFolderCalls(ffi, abi, { variadic: true }).stat(7, "tty");

    deepEqual(found, {
      uid: 501,
      mode: 0o120755,
      links: 1,
      identity: "11000000-2200000000000000",
    });
  });
}
