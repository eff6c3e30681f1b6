// The examination of a server of ports: its name, the parts of RFC 2217 that it answers, and its round trip.

import type { TlsOptions } from "anyserial";
import { probeServer, type ServerProbe } from "anyserial/serve";
import type { Output } from "../terminal/output.ts";

/** Words for the answers of a server. */
const WORDS: Readonly<Record<string, string>> = {
  baudRate: "rate",
  dataBits: "data bits",
  parity: "parity",
  stopBits: "stop bits",
  flowControl: "flow control",
  breakSignal: "break",
  dtr: "DTR",
  rts: "RTS",
  lineErrors: "line errors",
};

/**
 * Examines a server and prints the result.
 *
 * @param path Address of the server.
 * @param tls Certificates, for an address with TLS.
 * @returns The exit code; a server that cannot be reached is an error.
 */
export async function examineServer(
  path: string,
  output: Output,
  tls: TlsOptions | undefined,
): Promise<number> {
  const probe = await probeServer(path, tls);
  if (output.isJson) await output.json({ path, ...probe });
  else await output.text(`${linesOf(probe).join("\n")}\n`);
  return 0;
}

function linesOf(probe: ServerProbe): readonly string[] {
  const { protocol, openMs, roundTripMs, signature, answers, hasModemLines } = probe;
  if (protocol === "raw") {
    return [
      `connected in ${milliseconds(openMs)}`,
      "raw bytes: the server has no settings, lines or breaks",
    ];
  }
  const names = Object.keys(answers);
  const wordsFor = (isAnswered: boolean): string =>
    names
      .filter((name) => (answers[name] !== undefined) === isAnswered)
      .map((name) => WORDS[name] ?? name)
      .join(", ");
  const unanswered = wordsFor(false);
  return [
    `server: ${signature ?? "does not give its name"}`,
    `connected and agreed on RFC 2217 in ${milliseconds(openMs)}`,
    `round trip: ${roundTripMs === undefined ? "no answer" : milliseconds(roundTripMs)}`,
    `answers: ${wordsFor(true)}`,
    ...(unanswered === "" ? [] : [`does not answer: ${unanswered}`]),
    `modem lines: ${hasModemLines ? "sent by the server" : "not sent by the server"}`,
  ];
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
