// A session of our client and our server, as tshark takes it apart: no malformed option leaves either.

import { equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { missing } from "@anyserial/test-support/programs";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { startProgram } from "../helpers/child.ts";
import { servePort } from "../helpers/served-port.ts";

const skip =
  missing("tshark", ["--version"]) ||
  (missing("tshark", ["-i", "lo", "-c", "1", "-a", "duration:0"]) &&
    "this account cannot capture on loopback");

/** Every part of RFC 2217, and every byte. */
async function session(at: string, other: { send(bytes: Uint8Array): Promise<unknown> }) {
  await using port = await openSerialPort(`rfc2217://${at}`, {
    baudRate: 65_535, // its bytes are doubled
    parity: "even",
    stopBits: 2,
    lineErrors: "mark",
  });
  await port.modemLines();
  await port.setControlLines({ dtr: false, rts: false });
  await port.sendBreak({ durationMs: 1 });
  const all = Uint8Array.from({ length: 256 }, (_, value) => value);
  await port.send(all);
  await other.send(all);
  for (let count = 0; count < all.length; ) count += (await port.receive()).length;
  await port.configure({ flowControl: { rtsCts: true } });
  await port.discardInput();
}

test("tshark finds nothing malformed in a session", { skip }, async () => {
  await using served = await servePort();
  const [, tcpPort = ""] = served.at.split(":");
  const folder = mkdtempSync(join(tmpdir(), "anyserial-capture-"));
  const file = join(folder, "session.pcapng");
  try {
    const capturing = startProgram("tshark", ["-i", "lo", "-f", `tcp port ${tcpPort}`, "-w", file]);
    await until("tshark captures", () => /Capturing on/.test(capturing.stderr));
    const read = (...args: readonly string[]): string =>
      execFileSync("tshark", ["-r", file, "-d", `tcp.port==${tcpPort},telnet`, ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    await session(served.at, served.pair.b);
    await until("the end is captured", () => {
      try {
        return read("-Y", "tcp.flags.fin == 1 || tcp.flags.reset == 1") !== "";
      } catch {
        return false; // nothing is written yet
      }
    });
    capturing.process.kill("SIGINT");
    await capturing.ended();

    equal(read("-Y", "_ws.malformed || _ws.expert.severity == error"), "");
    const details = read("-Y", "telnet", "-V", "-O", "telnet");
    for (const part of [/Com Port Control/i, /Baud Rate/i, /Stop/i, /Purge/i]) match(details, part);
    ok(!/unknown|malformed/i.test(details), details.match(/.*(unknown|malformed).*/i)?.[0]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
