// RS-485 as a setting of one open port: policy over the primitive in rs485.ts. The block found
// before the first write is kept and put back.

import type { SerialConfig } from "../config/config.ts";
import type { Refusals } from "../config/refusals.ts";
import type { Rs485Config } from "../config/rs485.ts";
import { type SerialError, UnsupportedConfigurationError } from "../errors/errors.ts";
import { errnoError } from "../posix/errno.ts";
import type { DriverSetting } from "../posix/posix-platform.ts";
import type { LinuxTty } from "./linux-tty.ts";
import { decodeRs485, encodeRs485, readRs485, writeRs485 } from "./rs485.ts";

/** The RS-485 setting of one open port. */
export class Rs485Setting implements DriverSetting {
  readonly #tty: LinuxTty;
  #before: Uint8Array | undefined;

  constructor(tty: LinuxTty) {
    this.#tty = tty;
  }

  apply(config: SerialConfig, refusals: Refusals): void {
    if (config.rs485 === null) {
      this.restore();
      return;
    }
    const failure = this.#write(config.rs485);
    if (failure !== undefined) refusals.add("rs485", failure);
  }

  restore(): void {
    if (this.#before === undefined) return;
    writeRs485(this.#tty, this.#before);
    this.#before = undefined;
  }

  #write(wanted: Rs485Config): SerialError | undefined {
    const current = readRs485(this.#tty);
    if (typeof current === "number") return this.#failed("ioctl(TIOCGRS485)", current);
    const block = encodeRs485(this.#tty.abi, current, wanted);
    const written = writeRs485(this.#tty, block);
    if (written < 0) return this.#failed("ioctl(TIOCSRS485)", written);
    this.#before ??= current;
    const taken = readRs485(this.#tty);
    if (typeof taken === "number") return this.#failed("ioctl(TIOCGRS485)", taken);
    return this.#compare(wanted, decodeRs485(this.#tty.abi, taken));
  }

  #compare(wanted: Rs485Config, taken: Rs485Config): SerialError | undefined {
    // A driver clears the whole block when RS-485 is off: then nothing else means anything.
    if (!wanted.enabled && !taken.enabled) return undefined;
    for (const key of Object.keys(wanted) as (keyof Rs485Config)[]) {
      if (wanted[key] === taken[key]) continue;
      return new UnsupportedConfigurationError(
        `Cannot configure port "${this.#tty.path}": the driver changed rs485.${key} from ${wanted[key]} to ${taken[key]}`,
        {
          code: "ERR_SERIAL_SETTING_CHANGED",
          path: this.#tty.path,
          operation: "configure",
          hint: `set rs485.${key} to ${taken[key]}, or set unsupportedPolicy to warn or ignore to keep the driver's value`,
        },
      );
    }
    return undefined;
  }

  #failed(syscall: string, result: number): SerialError {
    return errnoError({
      context: "feature",
      operation: "configure",
      path: this.#tty.path,
      syscall,
      errno: -result,
      errnoByName: this.#tty.abi.errno,
      hint: "use an adapter whose driver implements TIOCSRS485, or switch RTS by hand with setControlLines()",
    });
  }
}
