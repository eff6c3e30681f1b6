// The conformance suite over the macOS backend on ptys of Linux: the backend's own flags, structs and
// numbers, translated by the headers of the target (translated-libc.ts). What is left out is kqueue, for
// epoll, and IOKit. Rates go the way of a Mac: a table in the settings, IOSSIOSPEED for the others.

import { equal } from "node:assert/strict";
import { arch } from "node:process";
import { test } from "node:test";
import { type DarwinAbi, darwinAbi, STANDARD_RATES } from "../../dist/darwin/abi.js";
import { darwinPlatform } from "../../dist/darwin/platform.js";
import { ffi } from "../../dist/ffi/koffi.js";
import { Struct } from "../../dist/ffi/struct.js";
import { linuxParts } from "../../dist/linux/backend.js";
import { bindTcdrain, type Libc } from "../../dist/posix/libc.js";
import { PosixBackend } from "../../dist/posix/posix-backend.js";
import { keepReactor } from "../helpers/leak-free.ts";
import { openOnPty } from "../helpers/on-pty.ts";
import { translatedLibc } from "../helpers/translated-libc.ts";
import { translatedPtySuite } from "../helpers/translated-pty-suite.ts";

const TARGET = "darwin-arm64";

const parts = linuxParts(ffi, arch);
const abi = darwinAbi("arm64") as DarwinAbi; // it is in the table
/** Custom rates that were set. */
const customRates: number[] = [];

/** Settings carry rates of the table only; IOSSIOSPEED sets any in force. */
function macLibc(): Libc {
  const libc = translatedLibc(TARGET, parts.platform.libc);
  const setRate = (fd: number, rate: number): number => {
    const termios = new Struct(abi.termios);
    const read = libc.ioctl(fd, abi.TERMIOS_GET, termios.bytes);
    if (read < 0) return read;
    termios.set("c_ispeed", rate);
    termios.set("c_ospeed", rate);
    customRates.push(rate);
    return libc.ioctl(fd, abi.TERMIOS_SET, termios.bytes);
  };
  const ioctl = (fd: number, request: number, argument: Uint8Array): number => {
    if (request === abi.IOSSIOSPEED) {
      equal(argument.length, 8);
      return setRate(fd, Number(new DataView(argument.buffer).getBigUint64(0, true)));
    }
    if (request === abi.TERMIOS_SET) {
      const rate = new Struct(abi.termios, argument).get("c_ospeed");
      if (rate !== 0 && !STANDARD_RATES.includes(rate)) return -(abi.errno["EINVAL"] as number);
    }
    return libc.ioctl(fd, request, argument);
  };
  return { ...libc, ioctl };
}

const platform = darwinPlatform({ libc: macLibc(), tcdrain: bindTcdrain(ffi), abi });
const backend = new PosixBackend({
  ...parts,
  platform: { ...platform, isPseudoTerminal: () => true }, // Linux calls them otherwise
});

await keepReactor();

translatedPtySuite(TARGET, backend);

test("a custom rate is in force on the terminal after IOSSIOSPEED, and after every change", async () => {
  await using pair = await openOnPty(backend, { baudRate: 74_880 });
  customRates.length = 0;

  await pair.port.configure({ hangupOnClose: false });

  equal((await pair.port.effectiveConfig()).baudRate, 74_880);
  equal(pair.device.settings().baudRate, 74_880);
  equal(customRates.join(), "74880");
});
