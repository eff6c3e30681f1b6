// `anyserial doctor`: examines a port, the process and the system, and names the most likely cause
// first with the command that fixes it. Changes nothing unless --fix is given, and then asks first.

import { isRemote } from "anyserial/serve";
import { type Command, defineCommand } from "../command/command.ts";
import { EXIT_FAILURE, EXIT_OK } from "../command/exit-codes.ts";
import { applyFixes } from "../doctor/apply-fixes.ts";
import { diagnose } from "../doctor/checks.ts";
import { gatherFacts } from "../doctor/gather.ts";
import { findingsText, reportText } from "../doctor/print.ts";
import { examineServer } from "../doctor/server.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import { hasTls, TLS_OPTIONS, tlsOf } from "../options/tls-options.ts";
import { UsageError } from "../options/usage-error.ts";

const OPTIONS = {
  baud: {
    kind: "integer",
    value: "N",
    minimum: 1,
    help: "Ask the driver for this rate, if no program has the port open",
  },
  report: { kind: "flag", help: "Print one block to paste into a bug report" },
  unmasked: { kind: "flag", help: "Show serial numbers in the report" },
  fix: { kind: "flag", help: "Offer to run the fixes, one by one" },
  ...COMMON_OPTIONS,
  ...TLS_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "doctor",
  summary: "Find out what is wrong with a port, and how to fix it",
  description: [
    "Examines the port, the programs that have it open, the user's rights and the adapter, and prints " +
      "its findings, the most likely cause first. Without a path it examines the machine. Nothing " +
      "is changed; a port that no program has open is opened for a moment, which resets some boards.",
    "Every finding has a section in node_modules/anyserial/docs/troubleshooting.md.",
  ],
  positionals: { text: "[PATH]", minimum: 0, maximum: 1 },
  options: OPTIONS,
  examples: [
    ["anyserial doctor /dev/ttyUSB0", "Find out why this port does not work"],
    ["anyserial doctor /dev/ttyUSB0 --baud 250000", "Check whether the driver supports this rate"],
    ["anyserial doctor /dev/ttyUSB0 --report", "A block for a bug report, serial numbers masked"],
    ["anyserial doctor rfc2217://192.0.2.7:2217", "Find out what a server can do"],
    ["anyserial doctor --json", "The machine, for programs"],
  ],
  exitNotes: ["0 when there is no problem, 1 when there is one."],
};

export const doctor: Command = defineCommand(SPEC, async (call) => {
  const { values, output, signal } = call;
  const path = call.positionals[0];
  const tls = tlsOf(values);
  if (tls !== undefined && (path === undefined || !hasTls(path))) {
    const hint = "write an address such as rfc2217+tls://host:port, or leave the options out";
    throw new UsageError("certificates are given for an address without TLS", hint);
  }
  if (path !== undefined && isRemote(path)) return examineServer(path, output, tls);
  const facts = await gatherFacts({ path, baudRate: values.baud, signal });
  const findings = diagnose(facts);
  if (output.isJson) await output.json({ path: path ?? null, findings });
  else if (values.report === true) {
    const isUnmasked = values.unmasked === true;
    await output.text(reportText(facts, findings, { isUnmasked }));
  } else await output.text(findingsText(findings));
  if (values.fix === true) await applyFixes(findings, call);
  return findings.some(({ severity }) => severity === "problem") ? EXIT_FAILURE : EXIT_OK;
});
