// Tests of chips whose driver may give up on them on a busy machine.

import { spawnSync } from "node:child_process";
import { type TestOptions, test } from "node:test";

/**
 * A test that is skipped when it fails because a driver gave up on its chip: pl2303 waits 100 ms for an
 * answer, which is less than a machine that is busy with other things may take.
 */
export function chipTest(
  title: string,
  ...rest: [() => Promise<void>] | [TestOptions, () => Promise<void>]
): void {
  const [options, run] = rest.length === 1 ? [{}, rest[0]] : rest;
  void test(title, options, async (t) => {
    const before = timeouts();
    try {
      await run();
    } catch (error) {
      if (timeouts() === before) throw error;
      t.skip("the machine was too busy for the driver, which gave up on the chip");
    }
  });
}

/** Complaints of drivers about answers that came too late (ETIMEDOUT), so far. */
function timeouts(): number {
  const { stdout } = spawnSync("dmesg", { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line.includes(": -110")).length;
}
