// `anyserial run`: a script that was written for a browser, with this system's ports at navigator.serial.

import { existsSync, statSync } from "node:fs";
import { Module } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findSerialPort } from "anyserial";
import { installWebSerial } from "anyserial/web-serial";
import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { EXIT_OK } from "../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import { UsageError } from "../options/usage-error.ts";
import { ask } from "./run/ask.ts";
import { choosePort } from "./run/choose-port.ts";
import { resolvePorts } from "./run/ports.ts";

const OPTIONS = {
  grant: {
    kind: "texts",
    value: "PORT",
    help:
      "Give the script this port without asking: USB ids (303a:1001, or 303a for the vendor), a path, " +
      "or an address such as rfc2217://host:port; may be given several times",
  },
  offer: {
    kind: "texts",
    value: "PATH",
    help:
      "Offer this path or address too, such as an emulated port; PATH=303a:1001 gives it USB ids, " +
      "also with --grant; may be given several times",
  },
  all: { kind: "flag", help: "Offer every port of this machine, also those without USB ids" },
  help: COMMON_OPTIONS.help,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "run",
  summary: "Run a script that was written for Web Serial in a browser",
  description: [
    "Puts the serial ports of this machine at navigator.serial, and runs SCRIPT unchanged. Everything " +
      "after SCRIPT is for the script.",
    "The script has no port at first. When it calls requestPort(), a list appears on standard error: " +
      "choose by the arrow keys and Enter, or by a number; Esc chooses none. A single port that was " +
      "granted, and that the script's filters match, needs no choice.",
  ],
  positionals: {
    text: "SCRIPT [ARGUMENT…]",
    minimum: 1,
    maximum: Number.POSITIVE_INFINITY,
    endsOptions: true,
  },
  options: OPTIONS,
  examples: [
    ["anyserial run flash.mjs firmware.bin", "Asks for the port"],
    ["anyserial run --grant 303a:1001 flash.mjs firmware.bin", "Asks nothing: for scripts and CI"],
    ["anyserial run --offer /tmp/ttyDEV=303a:1001 flash.mjs", "Offers an emulated port as well"],
  ],
  exitNotes: ["The exit status is the script's. Before it runs:"],
};

export const run: Command = defineCommand(SPEC, async (call: CommandCall<typeof OPTIONS>) => {
  const [script = "", ...args] = call.positionals;
  const path = resolve(script);
  if (!isFile(path)) throw new UsageError(`run: there is no script "${script}"`);
  const { grant = [], offer = [], all = false } = call.values;
  const ports = await resolvePorts({ grant, offer, all }, (known) =>
    findSerialPort({ path: known }),
  );
  const { stdin, stderr } = call;
  const choose = choosePort({
    script,
    isGranted: ports.grant,
    ask: stdin.isTTY === true && stderr.isTTY === true ? ask({ script, stdin, stderr }) : undefined,
  });
  installWebSerial(globalThis, { ...ports, choose });
  call.handOver?.();
  process.argv.splice(1, process.argv.length, path, ...args);
  setImmediate(startMain, path); // its errors are those of any script
  return EXIT_OK;
});

/** Runs a file as `node FILE` does. */
function startMain(path: string): void {
  if (isNode()) Module.runMain(path);
  else void import(pathToFileURL(path).href);
}

function isNode(): boolean {
  return process.versions["bun"] === undefined && process.versions["deno"] === undefined;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
