// A port on another machine: one end of a cable in memory, behind our own RFC 2217 server.

import { SerialServer } from "anyserial/serve";
import { type SerialPortPair, serialPortPair } from "anyserial/testing";

/** A port on another machine: its device is the other end of a cable. */
export interface FarPort extends AsyncDisposable {
  readonly pair: SerialPortPair;
  readonly address: string;
}

/** Serves one end of a cable. */
export async function farPort(): Promise<FarPort> {
  const pair = await serialPortPair();
  const server = await SerialServer.listen({ listen: { host: "127.0.0.1", port: 0 } });
  const serving = server.serve(pair.a).catch(() => undefined); // the pair is closed at the end
  const { port } = server.address as { readonly port: number };
  return {
    pair,
    address: `rfc2217://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await pair.close();
      await serving;
    },
  };
}
