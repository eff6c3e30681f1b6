// pySerial, for tests that compare with it.

import { execFileSync } from "node:child_process";

/**
 * Finds a Python that has pySerial.
 *
 * @returns Its command; `undefined` where pySerial is not installed.
 */
export function findPySerial(): string | undefined {
  return ["python3", "/usr/bin/python3"].find((command) => {
    try {
      execFileSync(command, ["-c", "import serial.tools.list_ports_common"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}
