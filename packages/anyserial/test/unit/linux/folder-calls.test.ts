// renameat2(2) where the C library has no function for it, and the numbers that go with it.

import { deepEqual, equal } from "node:assert/strict";
import { openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { arch } from "node:process";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import type { Ffi, NativeLibrary } from "../../../dist/ffi/ffi.js";
import { ffi } from "../../../dist/ffi/koffi.js";
import { type LinuxFolderAbi, linuxFolderAbi } from "../../../dist/linux/folder-abi.js";
import { bindLinuxFolderCalls } from "../../../dist/linux/folder-calls.js";
import { abiOf } from "../../helpers/fake-libc.ts";

const skip = process.platform === "linux" ? false : "renameat2 is a call of Linux";

function tableOf(cpu: string): LinuxFolderAbi {
  const abi = linuxFolderAbi(cpu, abiOf(cpu).errno);
  if (abi === undefined) throw new Error(`no table for ${cpu}`);
  return abi;
}

/** A C library without the function. */
const old: Ffi = {
  ...ffi,
  program: () => {
    const library = ffi.program();
    return {
      has: (symbol) => symbol !== "renameat2" && library.has(symbol),
      address: (symbol) => library.address(symbol),
      bind: library.bind.bind(library),
    } satisfies NativeLibrary;
  },
};

for (const [name, library] of [
  ["renameat2()", ffi],
  ["the number of the call", old],
] as const) {
  test(`renameWith() keeps and swaps by ${name}`, { skip }, (t) => {
    const folder = temporaryFolder(t);
    const { renameWith, close } = bindLinuxFolderCalls(library, tableOf(arch));
    const fd = openSync(folder, "r");
    for (const file of ["a", "b"]) writeFileSync(join(folder, file), file);

    const kept = renameWith("keep", fd, { from: "a", to: "b" });
    const swapped = renameWith("swap", fd, { from: "a", to: "b" });
    const moved = renameWith("keep", fd, { from: "a", to: "c" });
    close(fd);

    deepEqual([kept, swapped, moved], [-tableOf(arch).errno.EEXIST, 0, 0]);
    deepEqual(readdirSync(folder).sort(), ["b", "c"]);
    equal(readFileSync(join(folder, "c"), "utf8"), "b");
  });
}

test("stat() returns owner, type, names and identity of an entry", { skip }, (t) => {
  const folder = temporaryFolder(t);
  const { stat, statFd, close } = bindLinuxFolderCalls(ffi, tableOf(arch));
  writeFileSync(join(folder, "file"), "", { mode: 0o600 });
  const [fd, file] = [openSync(folder, "r"), openSync(join(folder, "file"), "r")];

  const [seen, held] = [stat(fd, "file"), statFd(file)];
  const missing = stat(fd, "nothing");
  close(fd);
  close(file);

  deepEqual(seen, held);
  equal(missing, -tableOf(arch).errno.ENOENT);
  const { identity, ...facts } = seen as Exclude<typeof seen, number>;
  deepEqual(facts, { uid: process.geteuid?.(), mode: 0o100600, links: 1 });
  equal(identity.length, 34);
});

/** asm-generic/fcntl.h, and the fcntl.h of arm, arm64 and powerpc; asm-generic/unistd.h and the tables of each CPU. */
for (const [cpu, O_DIRECTORY, O_NOFOLLOW, SYS_renameat2] of [
  ["x64", 0o200000, 0o400000, 316],
  ["ia32", 0o200000, 0o400000, 353],
  ["arm", 0o40000, 0o100000, 382],
  ["arm64", 0o40000, 0o100000, 276],
  ["riscv64", 0o200000, 0o400000, 276],
  ["loong64", 0o200000, 0o400000, 276],
  ["ppc64", 0o40000, 0o100000, 357],
] as const) {
  test(`linuxFolderAbi("${cpu}") has the numbers of the headers`, () => {
    const { stat, errno, ...numbers } = tableOf(cpu);

    deepEqual(numbers, {
      ...{ O_RDWR: 2, O_CREAT: 0o100, O_EXCL: 0o200, O_NONBLOCK: 0o4000, O_CLOEXEC: 0o2000000 },
      ...{ O_PATH: 0o10000000, O_DIRECTORY, O_NOFOLLOW },
      // linux/fcntl.h, linux/fs.h, linux/stat.h, asm-generic/fcntl.h
      ...{ AT_SYMLINK_NOFOLLOW: 0x100, AT_REMOVEDIR: 0x200, AT_EMPTY_PATH: 0x1000 },
      ...{ RENAME_NOREPLACE: 1, RENAME_EXCHANGE: 2, STATX_BASIC_STATS: 0x7ff },
      ...{ LOCK_EX: 2, LOCK_NB: 4, PATH_MAX: 4096, SYS_renameat2 }, // sys/file.h, linux/limits.h
    });
    equal(errno, abiOf(cpu).errno);
    equal(stat.size, 256);
  });
}
