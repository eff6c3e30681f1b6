// The greeting's part of the benchmark: `npm run bench -- greeting`. How many greetings of a device that sends
// as soon as its port is opened are lost, beside pySerial, in turns.
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Child } from "../child.mjs";
import { findPython } from "../contenders.mjs";
import { deliver, describeMachine } from "../report.mjs";
import { runRounds } from "../rounds.mjs";

/**
 * Runs it.
 *
 * @param args Options: `--rounds N`, `--quick`, `--strict`, `--json`.
 * @returns The exit code.
 */
export async function run(args) {
  const { values: options } = parseArgs({
    args,
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const machine = describeMachine();
  const rounds = Number(options.rounds ?? (options.quick ? 20 : 500));
  const contenders = await listContenders();
  const lines = [await measure(contenders, rounds)];
  const result = { machine, quick: options.quick, contenders, lines };
  return deliver(result, "greeting", options);
}

async function listContenders() {
  const python = findPython();
  const device = new Child("device.mjs", [process.execPath, here("device.mjs")]);
  const path = await device.nextLine();
  const opener = [process.execPath, here("opener.mjs"), path];
  return [
    { id: "anyserial", title: "anyserial", command: [...opener, "promises"] },
    { id: "blocking", title: "anyserial/sync", command: [...opener, "blocking"] },
    python === undefined
      ? { id: "pyserial", title: "pySerial", skipped: "no python3 with the serial module" }
      : { id: "pyserial", title: "pySerial", command: [python, here("pyserial_opener.py"), path] },
  ];
}

async function measure(contenders, rounds) {
  const openers = contenders
    .filter(({ skipped }) => !skipped)
    .map(({ id, command }) => ({ id, child: new Child(id, command) }));
  for (const { child } of openers) await child.nextLine();
  const received = await runRounds(openers, rounds, async ({ child }) => {
    await sleep(10 + Math.random() * 10); // the device has noticed that its last application left
    return child.ask("open");
  });
  for (const { child } of openers) child.kill();
  const values = Object.fromEntries(
    Object.entries(received).map(([id, turns]) => [id, turns.filter((isHere) => !isHere).length]),
  );
  const { anyserial, blocking, pyserial } = values;
  const holds = pyserial === undefined ? undefined : Math.max(anyserial, blocking) <= pyserial;
  const measure = `greetings lost of ${rounds}`;
  return { measure, unit: "", values, rounds: received, goal: "≤ pySerial", holds };
}

function here(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}
