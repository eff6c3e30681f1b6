// The two states of the machine in which latency is measured: idle, where waking a processor takes part of every
// time, and awake, where idle-priority work keeps the processors from sleeping.
import { Child } from "./child.mjs";

/** Names of the states, as `--machine` takes them. */
export const MACHINES = ["idle", "awake"];

/**
 * Runs a measurement in one state after the other.
 *
 * @param machines Names of states.
 * @param program The compiled awake.c.
 * @param measure Called with the name and with what to add to the name of a measure; returns lines.
 */
export async function onMachines(machines, program, measure) {
  const lines = [];
  for (const machine of machines) {
    const spinner = machine === "awake" ? new Child("awake.c", [program]) : undefined;
    await spinner?.answer();
    try {
      lines.push(...(await measure(machine, machine === "awake" ? ", awake" : "")));
    } finally {
      spinner?.kill();
    }
  }
  return lines;
}
