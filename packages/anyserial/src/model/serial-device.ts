// SerialDevice: the properties of a serial device in the system, whether or not it is a port now.
// Pure data.

/** A serial device as the system's device manager has it; a frozen record. */
export interface SerialDevice {
  /** How the system names it, such as `USB\VID_0403&PID_6001\A50285BI`. */
  readonly id: string;
  /** Port that it is, or was when it was there last; `undefined` where it never became one. */
  readonly path: string | undefined;
  /** Text for people. */
  readonly description: string | undefined;
  /** USB vendor id, 0 to 65535. */
  readonly vid: number | undefined;
  /** USB product id, 0 to 65535. */
  readonly pid: number | undefined;
  /** Kernel driver. */
  readonly driver: string | undefined;
  /** It is plugged in. */
  readonly present: boolean;
  /** Problem code from 1 to 255, as the Device Manager shows it; 0 for none. */
  readonly problem: number;
  /**
   * How long the adapter holds received bytes back, in milliseconds, where the driver reports it.
   */
  readonly latencyTimerMs: number | undefined;
}
