// The needs of Web Serial of a system: ports that come and go, and open ports. The system's own is in
// native-service.ts, one for tests in ../testing/fake-serial-service.ts.

import type { SerialConfigInput } from "../config/config.ts";
import type { PortEvent } from "../discovery/port-events.ts";
import type { LineEvent } from "../io/parmrk.ts";
import type { PortInfo } from "../model/port-info.ts";
import type { SerialPort } from "../port/serial-port.ts";

/** Bytes and line errors in the order of the line. */
export type LineEvents = Pick<AsyncGenerator<LineEvent, undefined>, "next" | "return">;

/** An open port, as far as Web Serial uses it. */
export interface OpenedPort extends OpenedPortCalls {
  receiveEvents(): LineEvents;
}

type OpenedPortCalls = Pick<
  SerialPort,
  | "config"
  | "receive"
  | "send"
  | "drainExact"
  | "discardInput"
  | "discardOutput"
  | "modemLines"
  | "setControlLines"
  | "setBreak"
  | "closed"
  | "close"
>;

/** Where the ports of a {@link Serial} come from. */
export interface SerialService {
  /**
   * Lists the ports that are there now.
   *
   * @throws The error of the system, as of `listSerialPorts()`.
   */
  list(): Promise<readonly PortInfo[]>;
  /**
   * Reports ports that come and go, without keeping the process alive.
   *
   * @param onEvent Called for each.
   * @returns Stops.
   */
  watch(onEvent: (event: PortEvent) => void): () => void;
  /**
   * Opens a port.
   *
   * @param port One of the list.
   * @param config Settings.
   * @throws The error of the system, as of `openSerialPort()`.
   */
  open(port: PortInfo, config: SerialConfigInput): Promise<OpenedPort>;
}
