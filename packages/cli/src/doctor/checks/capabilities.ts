// capabilities: each tri-state of the port, and what `unknown` means.

import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

export function checkCapabilities({ path, inspections }: Facts): readonly Finding[] {
  const capabilities = inspections[0]?.capabilities;
  if (path === undefined || capabilities === undefined) return [];
  const { platform, backend, ...features } = capabilities;
  const names = (state: string): string =>
    Object.entries(features)
      .filter(([, value]) => value === state)
      .map(([name]) => name)
      .join(", ") || "none";
  return [
    {
      id: "capabilities",
      severity: "ok",
      summary: `Capabilities of this port on ${platform} with the backend ${backend}`,
      evidence: [
        `supported: ${names("supported")}`,
        `unsupported: ${names("unsupported")}`,
        `unknown, the driver or device decides when it is used: ${names("unknown")}`,
      ],
      fix: [],
    },
  ];
}
