// Folders of this system, with calls that a test gets in between: another program acts just then.

import { arch } from "node:process";
import type { SerialError } from "anyserial";
import { ffi } from "../../dist/ffi/koffi.js";
import { linuxFolderAbi } from "../../dist/linux/folder-abi.js";
import { bindLinuxFolderCalls } from "../../dist/linux/folder-calls.js";
import type { FolderSystem } from "../../dist/posix/links/folder.js";
import type { FolderCalls } from "../../dist/posix/links/folder-calls.js";
import { abiOf } from "./fake-libc.ts";

/** Changes some of the calls. */
export type ChangeCalls = (calls: FolderCalls) => Partial<FolderCalls>;

/** Builds the system. */
export function folderSystem(change: ChangeCalls = () => ({})): FolderSystem {
  const abi = linuxFolderAbi(arch, abiOf(arch).errno);
  if (abi === undefined) throw new Error(`no table for ${arch}`);
  const calls = bindLinuxFolderCalls(ffi, abi);
  return { abi, calls: { ...calls, ...change(calls) } };
}

/** A system, or a file system, without the renames of renameat2(2). */
export const withoutRenames: ChangeCalls = () => ({ renameWith: () => -abiOf(arch).errno.EINVAL });

/** Runs an action of another program once, just before the first call. */
export function once<A extends unknown[], R>(call: (...args: A) => R, action: () => void) {
  let isDone = false;
  return (...args: A): R => {
    if (!isDone) {
      isDone = true;
      action();
    }
    return call(...args);
  };
}

/** The error of a failed call, for tests that look at nothing but its name. */
export function failure(syscall: string, result: number): SerialError {
  throw new Error(`${syscall}: ${result}`);
}
