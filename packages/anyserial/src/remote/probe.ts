// Examines a server: its name, the parts of RFC 2217 that it answers, and the time of a round trip. Changes nothing:
// each message is a question.

import type { TlsOptions } from "../backend/backend.ts";
import { clockMs } from "../process/timers.ts";
import { isRemote, parseAddress } from "./address.ts";
import { CONTROL } from "./com-port.ts";
import type { Question } from "./com-port-client.ts";
import { RemoteConnection } from "./remote-connection.ts";

export { isRemote };

/** Results of an examination. */
export interface ServerProbe {
  readonly protocol: "raw" | "rfc2217";
  /** Time to connect and to agree on the protocol, in milliseconds. */
  readonly openMs: number;
  /** Shortest time of an answer, in milliseconds; `undefined` for raw bytes, and without any answer. */
  readonly roundTripMs: number | undefined;
  /** Name of the server; `undefined` if it does not answer with one. */
  readonly signature: string | undefined;
  /** Questions with their answers; `undefined` for no answer in time. */
  readonly answers: Readonly<Record<string, number | undefined>>;
  /** The server sends the modem lines. */
  readonly hasModemLines: boolean;
}

const QUESTIONS: Readonly<Record<string, Question>> = {
  baudRate: { kind: "baudRate", value: 0 },
  dataBits: { kind: "dataBits", value: 0 },
  parity: { kind: "parity", value: 0 },
  stopBits: { kind: "stopBits", value: 0 },
  flowControl: { kind: "control", value: CONTROL.askFlow },
  breakSignal: { kind: "control", value: CONTROL.askBreak },
  dtr: { kind: "control", value: CONTROL.askDtr },
  rts: { kind: "control", value: CONTROL.askRts },
  lineErrors: { kind: "lineStateMask", value: 0 },
};

/**
 * Examines a server.
 *
 * @param path Address.
 * @param tls Certificates, for an address with TLS.
 * @throws As `openSerialPort()`.
 */
export async function probeServer(path: string, tls?: TlsOptions): Promise<ServerProbe> {
  const address = parseAddress(path);
  const startedAt = clockMs();
  const connection = await RemoteConnection.open(address, tls);
  const { protocol } = address;
  const openMs = clockMs() - startedAt;
  try {
    if (connection.line === undefined) {
      const nothing = { roundTripMs: undefined, signature: undefined, answers: {} };
      return { protocol, openMs, hasModemLines: false, ...nothing };
    }
    return { protocol, openMs, ...(await ask(connection.line)) };
  } finally {
    await connection.channel.close();
  }
}

async function ask({
  line,
  modem,
}: NonNullable<RemoteConnection["line"]>): Promise<Omit<ServerProbe, "protocol" | "openMs">> {
  let roundTripMs: number | undefined;
  const timed = async (question: Question): Promise<Question | undefined> => {
    const askedAt = clockMs();
    const answer = await line.ask(question, "inspect").catch(() => undefined);
    const tookMs = clockMs() - askedAt;
    if (answer !== undefined) roundTripMs = Math.min(roundTripMs ?? tookMs, tookMs);
    return answer;
  };
  const name = timed({ kind: "signature", text: new Uint8Array(0) });
  const values = Object.entries(QUESTIONS).map(async ([key, question]) => {
    const answer = await timed(question);
    return [key, answer !== undefined && "value" in answer ? answer.value : undefined] as const;
  });
  const hasModemLines = modem.sample().then(
    () => true,
    () => false,
  );
  const answers = Object.fromEntries(await Promise.all(values));
  const signed = await name;
  const text = signed?.kind === "signature" ? Buffer.from(signed.text).toString("latin1") : "";
  return {
    roundTripMs,
    answers,
    signature: text === "" ? undefined : text,
    hasModemLines: await hasModemLines,
  };
}
