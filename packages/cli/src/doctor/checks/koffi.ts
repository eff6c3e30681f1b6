// koffi: the FFI driver, without which the library opens, lists and makes nothing.

import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** Checks whether koffi loads. */
export function checkKoffi({ koffi }: Facts): readonly Finding[] {
  if (koffi === undefined) return [];
  return [
    {
      id: "koffi",
      severity: "problem",
      summary: "No port can be used: the FFI driver koffi did not load",
      evidence: [koffi.message, ...(koffi.cause === undefined ? [] : [koffi.cause])],
      hint: koffi.hint,
      fix: [
        {
          command: "npm install --include=optional",
          note: "in the folder of the program; remove node_modules first if it came from another machine",
        },
      ],
    },
  ];
}
