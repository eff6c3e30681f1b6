// Subpath `anyserial/serve`: a port served to other machines, and the examination of such servers, for the command and the hub. Not for others: it may
// change in any version.

export { isRemote, probeServer, type ServerProbe } from "./remote/probe.ts";
export {
  type ClientRules,
  ClientServer,
  type ClientServerOptions,
  type ServedPort,
} from "./serving/client-server.ts";
export { CLIENT_MODES, type ClientMode, type ServerEvent } from "./serving/events.ts";
export type { ServerTls } from "./serving/listener.ts";
export { SerialLine } from "./serving/serial-line.ts";
export { SerialServer, type SerialServerOptions } from "./serving/serial-server.ts";
export type { ClientState } from "./serving/served-client.ts";
export type { LineFlow, LineSettings, OutputLevels, ServedLine } from "./serving/served-line.ts";
