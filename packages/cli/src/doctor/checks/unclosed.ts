// unclosed: ports that programs of this user hold open without reading.

import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** Checks for open ports that no program reads. */
export function checkUnclosed({ path, node, openPorts }: Facts): readonly Finding[] {
  const unread = openPorts.filter(
    (port) =>
      (port.unreadBytes ?? 0) > 0 && (path === undefined || port.path === (node?.target ?? path)),
  );
  if (unread.length === 0) return [];
  return [
    {
      id: "unclosed",
      severity: "warning",
      summary: "Programs of this user hold ports open and do not read them",
      evidence: unread.map(
        (port) =>
          `${port.name} (pid ${port.pid}) has ${port.path}: ${port.unreadBytes} bytes unread`,
      ),
      hint: 'close every port with close() or "await using", and read as long as it is open',
      fix: unread.map((port) => ({
        command: `kill ${port.pid}`,
        run: ["kill", String(port.pid)],
        note: `ends ${port.name}`,
      })),
    },
  ];
}
