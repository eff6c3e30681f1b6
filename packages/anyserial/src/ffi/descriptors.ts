// The descriptors that a worker thread has open. The system closes the descriptors of a process
// that ends; those of a thread are closed with it, however it ends: by itself, by process.exit(),
// by an error, or by worker.terminate(), after which no JavaScript runs in it. Node calls close(2)
// itself then, as it does for addons (AddEnvironmentCleanupHook() of node.h, which the program
// exports, named as every compiler but Microsoft's names it).

import { isMainThread } from "node:worker_threads";
import { processWide } from "../process/process-wide.ts";
import type { Ffi, Pointer } from "./ffi.ts";

const CURRENT_ISOLATE = "_ZN2v87Isolate10GetCurrentEv";
const ADD_HOOK = "_ZN4node25AddEnvironmentCleanupHookEPN2v87IsolateEPFvPvES3_";
const REMOVE_HOOK = "_ZN4node28RemoveEnvironmentCleanupHookEPN2v87IsolateEPFvPvES3_";

/** Opened and closed descriptors of this thread. */
export interface Descriptors {
  /**
   * Records a descriptor that a call opened. @returns The same; also a failure, which is negative.
   */
  opened(result: number): number;
  /** Forgets a descriptor that is about to be closed in another way. */
  forget(fd: number): void;
  /** close(2): 0, or -1 with `errno`. */
  close(fd: number): number;
}

/** Binds close(2), and the function that closes descriptors with their thread. */
export function bindDescriptors(ffi: Ffi): Descriptors {
  const close = ffi.program().bind<(fd: number) => number>("close", "int", ["int"]);
  const hooks = isMainThread ? undefined : bindHooks(ffi);
  if (hooks === undefined) return { opened: (result) => result, forget: () => undefined, close };
  const { add, remove } = hooks;
  // One set for all copies of the package: Node ends the process when a hook is added twice.
  const own = processWide("descriptors.1", () => new Set<number>());
  const forget = (fd: number): void => {
    if (own.delete(fd)) remove(fd);
  };
  return {
    opened: (result) => {
      if (result < 0 || own.has(result)) return result;
      own.add(result);
      add(result);
      return result;
    },
    forget,
    close: (fd) => {
      forget(fd);
      return close(fd);
    },
  };
}

interface Hooks {
  add(fd: number): void;
  remove(fd: number): void;
}

/** Other runtimes have symbols of the same names for addons, and threads of another kind. */
function bindHooks(ffi: Ffi): Hooks | undefined {
  const { bun, deno } = process.versions;
  const program = ffi.program();
  const symbols = [CURRENT_ISOLATE, ADD_HOOK, REMOVE_HOOK];
  if (bun !== undefined || deno !== undefined) return undefined;
  if (!symbols.every((symbol) => program.has(symbol))) return undefined;
  type Hook = (isolate: Pointer, call: Pointer, argument: Pointer) => void;
  const parameters = ["pointer", "pointer", "pointer"] as const;
  const isolate = program.bind<() => Pointer>(CURRENT_ISOLATE, "pointer", [])();
  const add = program.bind<Hook>(ADD_HOOK, "void", parameters);
  const remove = program.bind<Hook>(REMOVE_HOOK, "void", parameters);
  const close = program.address("close");
  return {
    add: (fd) => add(isolate, close, BigInt(fd)),
    remove: (fd) => remove(isolate, close, BigInt(fd)),
  };
}
