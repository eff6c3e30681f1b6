// Settings of node-serialport that SerialConfig has no name for. Callers have `anyserial/internal`.

/** Details of a line, beside its configuration. */
export interface LineTuning {
  /** Sends XOFF while the input queue is full (IXOFF, fInX); `xonXoff` of the configuration is the other direction. */
  readonly sendsXoff: boolean;
  /** Any byte restarts stopped output (IXANY); POSIX. */
  readonly anyRestarts: boolean;
  /** Bytes with a parity or framing error vanish (IGNPAR), rather than read as NUL; POSIX. */
  readonly dropsDamaged: boolean;
  /** Bytes that have to be there before a wait ends (VMIN), 1 to 255; POSIX, while `timeoutTenths` is 0. */
  readonly minimumBytes: number;
  /** VTIME, in tenths of a second, 0 to 255: other than 0 ends a wait at the first byte; POSIX. */
  readonly timeoutTenths: number;
  /** How RTS is driven under `rtsCts`; Windows. */
  readonly rtsMode: "handshake" | "enable" | "toggle";
}
