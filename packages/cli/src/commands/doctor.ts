// `anyserial doctor`: looks at a port, the process and the system, names the most likely cause first
// and the command that mends it. Changes nothing unless --fix is given, and then asks.

import { COMMON_OPTIONS, type CommandSpec } from "../args.ts";
import { type Command, defineCommand } from "../command.ts";
import { applyFixes } from "../doctor/apply-fixes.ts";
import { diagnose } from "../doctor/checks.ts";
import { gatherFacts } from "../doctor/gather.ts";
import { findingsText, reportText } from "../doctor/print.ts";
import { EXIT_FAILURE, EXIT_OK } from "../exit-codes.ts";

const OPTIONS = {
  baud: {
    kind: "integer",
    value: "N",
    minimum: 1,
    help: "Ask the driver for this rate, if nobody has the port open",
  },
  report: { kind: "flag", help: "Print one block to paste into a bug report" },
  unmasked: { kind: "flag", help: "Show serial numbers in the report" },
  fix: { kind: "flag", help: "Offer to run the fixes, one by one" },
  ...COMMON_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "doctor",
  summary: "Find out what is wrong with a port, and what mends it",
  description: [
    "Looks at the port, the programs that have it open, the user's rights and the adapter, and prints " +
      "what it found, the most likely cause first. Without a path it looks at the machine. Nothing " +
      "is changed; a port that nobody has open is opened for a moment, which resets some boards.",
    "Every finding has a section in docs/troubleshooting.md.",
  ],
  positionals: { text: "[PATH]", minimum: 0, maximum: 1 },
  options: OPTIONS,
  examples: [
    ["anyserial doctor /dev/ttyUSB0", "What is wrong with this port"],
    ["anyserial doctor /dev/ttyUSB0 --baud 250000", "Whether the driver does this rate"],
    ["anyserial doctor /dev/ttyUSB0 --report", "A block for a bug report, serial numbers masked"],
    ["anyserial doctor --json", "The machine, for programs"],
  ],
  exitNotes: ["0 when nothing is a problem, 1 when something is."],
};

/** The command. */
export const doctor: Command = defineCommand(SPEC, async (call) => {
  const { values, output, signal } = call;
  const path = call.positionals[0];
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
