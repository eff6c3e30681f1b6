// The device side of an emulated port, as a test plays it.

import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";

/** Makes an emulated port that is gone when the test is over. */
export async function createDevice(t: TestContext, link?: string): Promise<VirtualPort> {
  const device = await createVirtualPort({ link: link ?? join(temporaryFolder(t), "ttyTEST") });
  t.after(() => device.close());
  return device;
}

/** A program that has taken nothing for so long takes nothing any more, in milliseconds. */
const STUCK_MS = 300;

/** Sends until the application has not taken anything for a while. */
export async function floodUntilStuck(device: Pick<VirtualPort, "trySend">): Promise<void> {
  const chunk = Buffer.alloc(4096, 0x7e);
  for (let taken = performance.now(); performance.now() - taken < STUCK_MS; ) {
    if (device.trySend(chunk) > 0) taken = performance.now();
    await sleep(1);
  }
}
