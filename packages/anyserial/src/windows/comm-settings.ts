// The settings of one COM port: one commit, read back and compared, undone when anything fails.

import type { SettleUnsupported } from "../backend/backend.ts";
import type { EffectiveConfig, SerialConfig } from "../config.ts";
import { UnsupportedFeatureError } from "../errors.ts";
import type { ControlLines } from "../modem-lines.ts";
import { changedSettings } from "../read-back.ts";
import { COMMTIMEOUTS_SIZE, DCB, ESCAPE } from "./abi.ts";
import type { CommCall, CommHandle } from "./comm-handle.ts";
import { overlayDcb, readDcb } from "./dcb.ts";

/** Asked of the driver for its queues, in bytes; serial.sys has 4096 for input otherwise. */
const INPUT_QUEUE_BYTES = 65_536;
const OUTPUT_QUEUE_BYTES = 16_384;

const CONFIGURE: Pick<CommCall, "context" | "operation"> = {
  context: "configure",
  operation: "configure",
};

/** Settings of an open port. */
export class CommSettings {
  readonly #comm: CommHandle;
  #timeouts: Uint8Array | undefined;
  #config: SerialConfig | undefined;
  /** Levels that were asked for so far: a commit of the DCB must not undo them. */
  #lines: ControlLines = {};

  constructor(comm: CommHandle) {
    this.#comm = comm;
  }

  /**
   * Takes away the timeouts: a read is ended by its bytes or canceled, nothing else. An exact length
   * with no timeout is what every driver, and Wine, agrees on.
   */
  prepare(): void {
    const { handle, kernel32 } = this.#comm;
    const before = new Uint8Array(COMMTIMEOUTS_SIZE);
    const get = { ...CONFIGURE, syscall: "GetCommTimeouts" };
    this.#comm.check(get, kernel32.getCommTimeouts(handle, before));
    const none = new Uint8Array(COMMTIMEOUTS_SIZE);
    const set = { ...CONFIGURE, syscall: "SetCommTimeouts" };
    this.#comm.check(set, kernel32.setCommTimeouts(handle, none));
    this.#timeouts = before;
    kernel32.setupComm(handle, INPUT_QUEUE_BYTES, OUTPUT_QUEUE_BYTES); // a wish, which may fail
  }

  /** Applies a configuration, or leaves everything as it was. */
  configure(config: SerialConfig, settle: SettleUnsupported): void {
    const before = this.#read();
    const linesBefore = this.#lines;
    try {
      this.#apply(before, config, settle);
      this.#config = config;
    } catch (error) {
      this.#lines = linesBefore;
      this.#comm.kernel32.setCommState(this.#comm.handle, before);
      throw error;
    }
  }

  /** Reads the settings back from the driver. */
  effective(): EffectiveConfig {
    return readDcb(this.#read());
  }

  /** Sets output lines. */
  setControlLines({ rts, dtr }: ControlLines): void {
    if (rts !== undefined) this.#escape(rts ? "SETRTS" : "CLRRTS");
    if (dtr !== undefined) this.#escape(dtr ? "SETDTR" : "CLRDTR");
    this.#lines = { rts: rts ?? this.#lines.rts, dtr: dtr ?? this.#lines.dtr };
  }

  /** Puts back what outlives a port in the driver beyond the DCB; never throws. */
  restore(): void {
    if (this.#timeouts !== undefined) {
      this.#comm.kernel32.setCommTimeouts(this.#comm.handle, this.#timeouts);
    }
    this.#timeouts = undefined;
  }

  #read(): Uint8Array {
    const bytes = new Uint8Array(DCB.size);
    bytes[0] = DCB.size; // DCBlength, which some drivers check
    return this.#comm.readDcb({ ...CONFIGURE, syscall: "GetCommState" }, bytes);
  }

  #apply(before: Uint8Array, config: SerialConfig, settle: SettleUnsupported): void {
    const { handle, kernel32, path } = this.#comm;
    const named = config.controlLines !== this.#config?.controlLines;
    if (named) this.#lines = { ...this.#lines, ...config.controlLines };
    this.#settleMissing(config, settle);
    const wanted = overlayDcb(before, config, this.#lines);
    const set = { ...CONFIGURE, syscall: "SetCommState" };
    this.#comm.check(set, kernel32.setCommState(handle, wanted));
    for (const change of changedSettings({ path, hasFraming: true }, config, this.effective())) {
      settle(change.setting, change.error);
    }
    if (named) this.#applyControlLines(config, settle);
  }

  /** What Windows has no call for, and no capability stands for. */
  #settleMissing(config: SerialConfig, settle: SettleUnsupported): void {
    const refuse = (setting: string, what: string): void => {
      const { path } = this.#comm;
      const message = `Cannot configure port "${path}": ${what} is not available on Windows`;
      const details = { code: "ERR_SERIAL_UNSUPPORTED", path, operation: "configure" };
      settle(setting, new UnsupportedFeatureError(message, details));
    };
    if (!config.hangupOnClose) refuse("hangupOnClose", "leaving DTR asserted on close");
    if (config.lineErrors === "mark") refuse("lineErrors", "marking errors in stream position");
  }

  /** SetCommState sets the lines only where it changes how they are driven. */
  #applyControlLines({ controlLines, flowControl }: SerialConfig, settle: SettleUnsupported): void {
    try {
      this.setControlLines({
        rts: flowControl.rtsCts ? undefined : controlLines.rts,
        dtr: flowControl.dtrDsr ? undefined : controlLines.dtr,
      });
    } catch (error) {
      if (!(error instanceof UnsupportedFeatureError)) throw error;
      settle("controlLines", error);
    }
  }

  #escape(what: keyof typeof ESCAPE): void {
    const { handle, kernel32 } = this.#comm;
    const syscall = `EscapeCommFunction(${what})`;
    const call = { context: "feature", operation: "setControlLines", syscall } as const;
    this.#comm.check(call, kernel32.escapeCommFunction(handle, ESCAPE[what]));
  }
}
