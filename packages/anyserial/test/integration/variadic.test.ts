// libc bound as the macOS backend binds it on arm64, with the variadic functions declared as such, over a
// real pty: that koffi passes memory and numbers as variable arguments, here by this CPU's convention.

import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { ffi } from "../../dist/ffi/koffi.js";
import { linuxAbi } from "../../dist/linux/abi.js";
import { bindLibc } from "../../dist/posix/libc.js";

const abi = process.platform === "linux" ? linuxAbi(process.arch) : undefined;
const skip = abi && existsSync("/dev/ptmx") ? false : "needs Linux and /dev/ptmx";

test("bindLibc() with variadic declarations opens, asks and sets a real terminal", { skip }, () => {
  if (abi === undefined) return;
  const libc = bindLibc(ffi, { variadic: true });
  const fd = libc.open("/dev/ptmx", abi.O_RDWR | abi.O_NOCTTY | abi.O_CLOEXEC);
  ok(fd >= 0);
  const termios = new Uint8Array(abi.termios.size);
  const again = new Uint8Array(abi.termios.size);

  const results = [
    libc.ioctl(fd, abi.TERMIOS_GET, termios),
    libc.ioctl(fd, abi.TERMIOS_SET, termios),
    libc.ioctl(fd, abi.TERMIOS_GET, again),
    libc.ioctlValue(fd, abi.TCFLSH, abi.TCIFLUSH),
    libc.ioctlValue(fd, abi.TCFLSH, 99), // the number itself arrives, or this would be 0
    libc.close(fd),
  ];

  deepEqual(results, [0, 0, 0, 0, -(abi.errno["EINVAL"] as number), 0]);
  ok(termios.some((byte) => byte !== 0));
  deepEqual(again, termios);
  equal(libc.open("/nonexistent", abi.O_RDWR), -(abi.errno["ENOENT"] as number));
});
