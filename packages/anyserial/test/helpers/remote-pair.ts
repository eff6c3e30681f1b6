// Pairs for the conformance suite in which one port is at a server: `a` is a client of it, `b` is at the other end of
// the served port's cable.

import { openSerialPort, type SerialConfigInput } from "anyserial";
import { SerialServer, type SerialServerOptions } from "anyserial/serve";
import { serialPortPair } from "anyserial/testing";
import type { SuitePair } from "../../dist/testing/suite/pair.js";

/** The driver of the served port has no such rate, and takes another. */
const REFUSED_RATE = 300;

/** More than the kernel keeps of a connection whose reader does not read. */
export const MORE_THAN_FITS: number = 8 * 1024 * 1024;

const ON_THE_WAY = "bytes that have left are on their way to the server";
/** Features that no connection has. */
export const ON_TCP = { wholeOutputQueue: ON_THE_WAY, discardOutput: ON_THE_WAY } as const;

const NO_LINE = "a raw connection has no line";
/** Features that a raw connection lacks besides. */
export const NO_RAW_LINE = {
  refusal: NO_LINE,
  framing: NO_LINE,
  modemLines: NO_LINE,
  modemLineCounts: NO_LINE,
  ring: NO_LINE,
  rtsCts: NO_LINE,
  break: NO_LINE,
  lineErrorCounters: NO_LINE,
  injectError: NO_LINE,
  marks: NO_LINE,
} as const;
/** Features that RFC 2217 lacks besides. */
export const NO_REMOTE_LINE = {
  immediateLines: "the line is asked for over the network",
  lineErrorCounters: "a server counts errors only while it marks them",
} as const;

/** Large pieces, since more than fits is much. */
const BUFFER = 65_536;

/** Opens a pair over our own server. */
export async function remotePair(
  protocol: NonNullable<SerialServerOptions["protocol"]>,
  { a, b }: { readonly a: SerialConfigInput; readonly b: SerialConfigInput },
): Promise<SuitePair> {
  const takeBaudRate = (rate: number): number => (rate === REFUSED_RATE ? 1200 : rate);
  const pair = await serialPortPair({
    a: {
      takeBaudRate,
      bufferBytes: BUFFER,
      config: { flowControl: a.flowControl },
    },
    b: { bufferBytes: BUFFER, config: b },
  });
  const server = await SerialServer.listen({ listen: { host: "127.0.0.1", port: 0 }, protocol });
  const serving = server.serve(pair.a).catch(() => undefined); // the port is closed at the end
  const { address } = server;
  if (!("port" in address)) throw new Error("no port");
  const scheme = protocol === "raw" ? "socket" : "rfc2217";
  const client = await openSerialPort(`${scheme}://127.0.0.1:${address.port}`, a);
  return {
    a: client,
    b: pair.b,
    hooks: pair.hooks.a,
    refusedConfig: { baudRate: REFUSED_RATE },
    close: async () => {
      await pair.close();
      await serving;
      await server.close();
    },
  };
}
