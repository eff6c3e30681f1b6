// Every call of a port while any other call waits, on ptys.

import { test } from "node:test";
import type { SerialConfigInput } from "anyserial";
import { keepReactor, leakFree } from "../helpers/leak-free.ts";
import { type OverlapPair, overlapAll, PENDING } from "../helpers/overlaps.ts";
import { openPtyCable } from "../helpers/pty-cable.ts";

await keepReactor();

async function open(config: SerialConfigInput): Promise<OverlapPair> {
  const { a, b, close } = await openPtyCable({ a: config, b: {} });
  const dispose = async (): Promise<void> => {
    await Promise.all([a.close(), b.close()]);
    await close?.();
  };
  return { a, b, [Symbol.asyncDispose]: dispose };
}

for (const pending of PENDING) {
  test(
    `every call during ${pending} settles, and leaves a port on a pty of use`,
    leakFree((t) => overlapAll(t, pending, open)),
  );
}
