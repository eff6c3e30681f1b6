// Row import: how much longer a process runs that imports the package than one that does not.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { entryOf, findPython, nodeCommand } from "./contenders.mjs";
import { atMost, line } from "./lines.mjs";
import { startEcho } from "./peers.mjs";
import { runRounds } from "./rounds.mjs";

const GOAL_MS = 40;

export async function measureImport({ packageDir, tools, quick }) {
  const python = findPython();
  const entry = entryOf(packageDir);
  const { child: peer, paths } = await startEcho(tools);
  const programs = [
    { id: "nothing", command: nodeCommand("import-client.mjs") },
    { id: "anyserial", command: nodeCommand("import-client.mjs", entry) },
    { id: "serialport", command: nodeCommand("import-client.mjs", "serialport") },
    { id: "opened", command: nodeCommand("import-client.mjs", entry, ...paths) },
    ...(python
      ? [
          { id: "python", command: [python, "-c", "pass"] },
          { id: "pyserial", command: [python, "-c", "import serial"] },
        ]
      : []),
  ];
  const results = await runRounds(programs, quick ? 5 : 25, ({ command }) => runtimeMs(command));
  peer.kill();
  const above = (id, base) => results[id].map((ms, round) => ms - results[base][round]);
  return [
    atMost(
      line("import, on top of the runtime's start", "ms", {
        anyserial: above("anyserial", "nothing"),
        serialport: above("serialport", "nothing"),
        ...(python ? { pyserial: above("pyserial", "python") } : {}),
      }),
      GOAL_MS,
      `< ${GOAL_MS} ms`,
    ),
    line("import and first open", "ms", { anyserial: above("opened", "nothing") }),
  ];
}

/** Milliseconds from start to exit. */
async function runtimeMs([command, ...args]) {
  const start = performance.now();
  const [status] = await once(spawn(command, args, { stdio: "ignore" }), "exit");
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} failed`);
  return performance.now() - start;
}
