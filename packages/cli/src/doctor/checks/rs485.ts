// rs485: whether the driver has RS-485 of its own.

import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** Checks the driver's answer to TIOCGRS485. */
export function checkRs485({ path, inspections, info, system }: Facts): readonly Finding[] {
  const inspection = inspections[0];
  // Only Linux has it: elsewhere there is nothing to ask.
  if (path === undefined || inspection === undefined || system.platform !== "linux") return [];
  if (inspection.isPseudoTerminal) return [];
  const driver = info?.driver ?? "the driver";
  if (inspection.settings.rs485 === null) {
    return [
      {
        id: "rs485",
        severity: "note",
        summary: `${driver} has no RS-485 mode`,
        evidence: ["the driver refuses TIOCGRS485"],
        hint: "use an adapter that switches by itself, or switch RTS by hand: setControlLines({ rts: true }), send(), drainExact(), setControlLines({ rts: false })",
        fix: [],
      },
    ];
  }
  const state = inspection.settings.rs485.enabled ? "on" : "off";
  return [
    {
      id: "rs485",
      severity: "ok",
      summary: `${driver} answers for RS-485; it is ${state}`,
      evidence: [JSON.stringify(inspection.settings.rs485)],
      fix: [],
    },
  ];
}
