// Subpath `anyserial/sync`: blocking calls, for scripts and the REPL.

export type {
  FramedSyncPort,
  SyncRequestAllOptions,
  SyncRequestOptions,
} from "./framing/framed-sync-port.ts";
export { openSerialPortSync } from "./port/open-sync.ts";
export {
  type SyncBreakOptions,
  type SyncReceiveOptions,
  SyncSerialPort,
  type TimeoutOptions,
} from "./port/sync-serial-port.ts";
