// The backend of ports on other machines: no FFI, and the same on every system and runtime.

import type { Backend, BackendPort, BlockingPort, OpenRequest } from "../backend/backend.ts";
import { UnsupportedFeatureError } from "../errors/errors.ts";
import { createCapabilities, type SerialCapabilities } from "../model/capabilities.ts";
import { parseAddress } from "./address.ts";
import { RemoteConnection } from "./remote-connection.ts";
import { RemotePort } from "./remote-port.ts";

const QUEUES = { inputWaiting: "supported", outputWaiting: "supported" } as const;

/** Bytes only. */
const RAW: SerialCapabilities = createCapabilities("remote", "socket", QUEUES);

/** A line whose server decides about most of it. */
const RFC2217: SerialCapabilities = createCapabilities("remote", "rfc2217", {
  ...QUEUES,
  customBaudRate: "unknown",
  markSpaceParity: "unknown",
  onePointFiveStopBits: "unknown",
  xonXoff: "unknown",
  rtsCts: "unknown",
  dtrDsr: "unknown",
  modemLines: "unknown",
  modemLineEvents: "unknown",
  breakSignal: "unknown",
  lineErrorCounters: "unknown",
});

/** Opens raw connections. */
export const rawBackend: Backend = createBackend("socket", RAW);
/** Opens connections with RFC 2217. */
export const rfc2217Backend: Backend = createBackend("rfc2217", RFC2217);

function createBackend(name: string, capabilities: SerialCapabilities): Backend {
  return {
    name,
    platformCapabilities: () => capabilities,
    open: async ({ path, config, onRefusal, tls }: OpenRequest): Promise<BackendPort> => {
      const connection = await RemoteConnection.open(parseAddress(path), tls);
      return await RemotePort.open(connection, { config, onRefusal, capabilities });
    },
    openBlocking: ({ path }: OpenRequest): BlockingPort => {
      throw new UnsupportedFeatureError(
        `Cannot open port "${path}" for blocking use: it is on another machine`,
        { code: "ERR_SERIAL_UNSUPPORTED", path, operation: "open", hint: "use openSerialPort()" },
      );
    },
  };
}
