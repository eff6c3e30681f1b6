// The kernel's RS-485 block: TIOCGRS485, TIOCSRS485 and struct serial_rs485 of <linux/serial.h>.
// The narrow primitive: no policy. Delays are milliseconds. Failures are returned as -errno.

import type { Rs485Config } from "../config/rs485.ts";
import { Struct } from "../ffi/struct.ts";
import type { LinuxAbi } from "./abi.ts";
import type { LinuxTty } from "./linux-tty.ts";

/**
 * Reads the block.
 *
 * @returns The struct's 32 bytes, or `-errno`; `-ENOTTY` where the driver has no RS-485.
 */
export function readRs485({ libc, abi, fd }: LinuxTty): Uint8Array | number {
  const { bytes } = new Struct(abi.serialRs485);
  const result = libc.ioctl(fd, abi.TIOCGRS485, bytes);
  return result < 0 ? result : bytes;
}

/**
 * Writes the block.
 *
 * @returns 0, or `-errno`. The driver may change the bytes to the values in force.
 */
export function writeRs485({ libc, abi, fd }: LinuxTty, block: Uint8Array): number {
  return libc.ioctl(fd, abi.TIOCSRS485, block.slice());
}

/** Packs options into a block, keeping the fields that the options do not name. */
export function encodeRs485(abi: LinuxAbi, base: Uint8Array, config: Rs485Config): Uint8Array {
  const bytes = base.slice();
  const struct = new Struct(abi.serialRs485, bytes);
  const known =
    abi.SER_RS485_ENABLED |
    abi.SER_RS485_RTS_ON_SEND |
    abi.SER_RS485_RTS_AFTER_SEND |
    abi.SER_RS485_RX_DURING_TX;
  const flags =
    (config.enabled ? abi.SER_RS485_ENABLED : 0) |
    (config.rtsOnSend ? abi.SER_RS485_RTS_ON_SEND : 0) |
    (config.rtsAfterSend ? abi.SER_RS485_RTS_AFTER_SEND : 0) |
    (config.rxDuringTx ? abi.SER_RS485_RX_DURING_TX : 0);
  struct.set("flags", ((struct.get("flags") & ~known) | flags) >>> 0);
  struct.set("delay_rts_before_send", config.delayBeforeSendMs);
  struct.set("delay_rts_after_send", config.delayAfterSendMs);
  return bytes;
}

export function decodeRs485(abi: LinuxAbi, block: Uint8Array): Rs485Config {
  const struct = new Struct(abi.serialRs485, block);
  const flags = struct.get("flags");
  return Object.freeze({
    enabled: (flags & abi.SER_RS485_ENABLED) !== 0,
    rtsOnSend: (flags & abi.SER_RS485_RTS_ON_SEND) !== 0,
    rtsAfterSend: (flags & abi.SER_RS485_RTS_AFTER_SEND) !== 0,
    delayBeforeSendMs: struct.get("delay_rts_before_send"),
    delayAfterSendMs: struct.get("delay_rts_after_send"),
    rxDuringTx: (flags & abi.SER_RS485_RX_DURING_TX) !== 0,
  });
}
