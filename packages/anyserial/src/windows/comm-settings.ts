// The settings of one COM port: one commit, read back and compared, undone when anything fails.

import { changedSettings } from "../config/changed-settings.ts";
import type { EffectiveConfig, SerialConfig } from "../config/config.ts";
import type { LineTuning } from "../config/line-tuning.ts";
import { type OnRefusal, type Outcome, Refusals, UNCONFIGURED } from "../config/refusals.ts";
import { UnsupportedFeatureError } from "../errors/errors.ts";
import type { ControlLines } from "../model/modem-lines.ts";
import { COMMTIMEOUTS_SIZE, DCB, ESCAPE } from "./abi.ts";
import type { CommCall, CommHandle } from "./comm-handle.ts";
import { isOtherInput, overlayDcb, readDcb } from "./dcb.ts";

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
  #outcome: Outcome | undefined;
  /** Levels that were asked for so far: a commit of the DCB must not undo them. */
  #lines: ControlLines = {};
  /** Details that every commit brings into force. */
  tuning: LineTuning | undefined;

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
    kernel32.setupComm(handle, INPUT_QUEUE_BYTES, OUTPUT_QUEUE_BYTES); // a request that may fail
  }

  /** The answer to the latest configuration; the defaults before the first one. */
  get outcome(): Outcome {
    return this.#outcome ?? UNCONFIGURED;
  }

  /** Applies a configuration, or leaves everything as it was. */
  configure(config: SerialConfig, onRefusal: OnRefusal): Outcome {
    const before = this.#read();
    const linesBefore = this.#lines;
    const refusals = new Refusals(onRefusal);
    try {
      const taken = this.#apply(before, config, refusals);
      this.#outcome = refusals.outcome(config, taken, this.#outcome?.inForce);
      return this.#outcome;
    } catch (error) {
      this.#lines = linesBefore;
      // A port that is being opened is put back by openComm(), once and whatever fails.
      if (this.#outcome !== undefined) {
        this.#comm.kernel32.setCommState(this.#comm.handle, before);
      }
      throw error;
    }
  }

  /** Reads the settings back from the driver. */
  effective(): EffectiveConfig {
    return readDcb(this.#read());
  }

  /** Whether the line would have been received as other bytes under another DCB. */
  receivesOtherwise(dcb: Uint8Array): boolean {
    return isOtherInput(dcb, this.#read());
  }

  setControlLines({ rts, dtr }: ControlLines): void {
    if (rts !== undefined) this.#escape(rts ? "SETRTS" : "CLRRTS");
    if (dtr !== undefined) this.#escape(dtr ? "SETDTR" : "CLRDTR");
    this.#lines = { rts: rts ?? this.#lines.rts, dtr: dtr ?? this.#lines.dtr };
  }

  /** Restores settings of the driver that outlive a port, beyond the DCB; never throws. */
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

  /** @returns Settings read back. */
  #apply(before: Uint8Array, config: SerialConfig, refusals: Refusals): EffectiveConfig {
    const { handle, kernel32, path } = this.#comm;
    const named = config.controlLines !== this.#outcome?.inForce.controlLines;
    if (named) this.#lines = { ...this.#lines, ...config.controlLines };
    this.#refuseMissing(config, refusals);
    const wanted = overlayDcb(before, { config, lines: this.#lines, tuning: this.tuning });
    const set = { ...CONFIGURE, syscall: "SetCommState" };
    this.#comm.check(set, kernel32.setCommState(handle, wanted));
    const taken = this.effective();
    refusals.addAll(changedSettings({ path, hasFraming: true }, config, taken));
    if (named) this.#applyControlLines(config, refusals);
    return taken;
  }

  /** Settings without a call in Windows and without a capability. */
  #refuseMissing(config: SerialConfig, refusals: Refusals): void {
    const refuse = (setting: string, what: string): void => {
      const { path } = this.#comm;
      const message = `Cannot configure port "${path}": ${what} is not available on Windows`;
      const details = { code: "ERR_SERIAL_UNSUPPORTED", path, operation: "configure" };
      refusals.add(setting, new UnsupportedFeatureError(message, details));
    };
    if (!config.hangupOnClose) refuse("hangupOnClose", "leaving DTR asserted on close");
    if (config.lineErrors === "mark") refuse("lineErrors", "marking errors in stream position");
  }

  /** SetCommState sets the lines only where it changes how they are driven. */
  #applyControlLines({ controlLines, flowControl }: SerialConfig, refusals: Refusals): void {
    try {
      this.setControlLines({
        rts: flowControl.rtsCts ? undefined : controlLines.rts,
        dtr: flowControl.dtrDsr ? undefined : controlLines.dtr,
      });
    } catch (error) {
      if (!(error instanceof UnsupportedFeatureError)) throw error;
      refusals.add("controlLines", error);
    }
  }

  #escape(what: keyof typeof ESCAPE): void {
    const { handle, kernel32 } = this.#comm;
    const syscall = `EscapeCommFunction(${what})`;
    const call = { context: "feature", operation: "setControlLines", syscall } as const;
    this.#comm.check(call, kernel32.escapeCommFunction(handle, ESCAPE[what]));
  }
}
