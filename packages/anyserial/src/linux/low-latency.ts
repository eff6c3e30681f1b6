// Low latency: the driver's ASYNC_LOW_LATENCY flag and, on FTDI adapters, the latency timer in
// sysfs (milliseconds; 16 by default). Both are put back as they were found.
// From <linux/serial.h> and Documentation/ABI/testing/sysfs-bus-usb (latency_timer).

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SerialConfig } from "../config/config.ts";
import type { Refusals } from "../config/refusals.ts";
import { PortPermissionError, type SerialError } from "../errors/errors.ts";
import { Struct } from "../ffi/struct.ts";
import { errnoError } from "../posix/errno.ts";
import type { DriverSetting } from "../posix/posix-platform.ts";
import type { LinuxTty } from "./linux-tty.ts";
import { ttyDriver } from "./tty-driver.ts";

/** Dependencies of the setting. */
export interface LowLatencyContext extends LinuxTty {
  /** Root of sysfs; a parameter so that tests bring their own tree. */
  readonly sysfs: string;
}

/** The low-latency setting of one open port. */
export class LowLatency implements DriverSetting {
  readonly #context: LowLatencyContext;
  #flagBefore: number | undefined;
  /** The FTDI timer that was written, and what it held before. */
  #timer: { readonly file: string; readonly before: string } | undefined;

  constructor(context: LowLatencyContext) {
    this.#context = context;
  }

  apply(config: SerialConfig, refusals: Refusals): void {
    if (!config.lowLatency) {
      this.restore();
      return;
    }
    if (this.#flagBefore !== undefined) return;
    const timer = this.#findTimer();
    const failure = this.#setFlag() ?? (timer === undefined ? undefined : this.#setTimer(timer));
    if (failure !== undefined) refusals.add("lowLatency", failure);
  }

  restore(): void {
    if (this.#timer !== undefined) {
      try {
        writeFileSync(this.#timer.file, this.#timer.before);
      } catch {
        // The device is gone, or its attribute is: there is nothing left to put back.
      }
      this.#timer = undefined;
    }
    if (this.#flagBefore !== undefined) {
      this.#writeFlag(this.#flagBefore);
      this.#flagBefore = undefined;
    }
  }

  #setFlag(): SerialError | undefined {
    const { libc, abi, fd } = this.#context;
    const struct = new Struct(abi.serialStruct);
    const read = libc.ioctl(fd, abi.TIOCGSERIAL, struct.bytes);
    if (read < 0) return this.#failed("ioctl(TIOCGSERIAL)", read);
    const before = struct.get("flags") & abi.ASYNC_LOW_LATENCY;
    const written = this.#writeFlag(abi.ASYNC_LOW_LATENCY);
    if (written < 0) return this.#failed("ioctl(TIOCSSERIAL)", written);
    this.#flagBefore = before;
    return undefined;
  }

  #writeFlag(value: number): number {
    const { libc, abi, fd } = this.#context;
    const struct = new Struct(abi.serialStruct);
    const read = libc.ioctl(fd, abi.TIOCGSERIAL, struct.bytes);
    if (read < 0) return read;
    const flags = (struct.get("flags") & ~abi.ASYNC_LOW_LATENCY) | value;
    if (flags === struct.get("flags")) return 0;
    struct.set("flags", flags);
    return libc.ioctl(fd, abi.TIOCSSERIAL, struct.bytes);
  }

  /** The timer of an FTDI adapter as it stands; `undefined` for every other driver. */
  #findTimer(): { readonly file: string; readonly before: string } | undefined {
    const driver = ttyDriver(this.#context.sysfs, this.#context.path);
    if (driver?.name !== "ftdi_sio") return undefined;
    const file = join(driver.device, "latency_timer");
    try {
      return { file, before: readFileSync(file, "utf8").trim() };
    } catch {
      return undefined;
    }
  }

  #setTimer(timer: { readonly file: string; readonly before: string }): SerialError | undefined {
    try {
      // Newer kernels follow the flag by themselves: then there is nothing to write.
      if (readFileSync(timer.file, "utf8").trim() !== "1") writeFileSync(timer.file, "1");
      this.#timer = timer;
      return undefined;
    } catch (cause) {
      this.restore();
      return new PortPermissionError(
        `Cannot set the latency timer of port "${this.#context.path}": no write access`,
        {
          code: (cause as NodeJS.ErrnoException).code ?? "EACCES", // fs throws nothing else
          path: this.#context.path,
          operation: "configure",
          cause,
          hint: `let your user write ${timer.file}, with a udev rule: SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1"`,
        },
      );
    }
  }

  #failed(syscall: string, result: number): SerialError {
    return errnoError({
      context: "feature",
      operation: "configure",
      path: this.#context.path,
      syscall,
      errno: -result,
      errnoByName: this.#context.abi.errno,
    });
  }
}
