import { deepEqual, equal } from "node:assert/strict";
import { endianness } from "node:os";
import { test } from "node:test";
import type { CType, Ffi, NativeLibrary } from "../../../dist/ffi/ffi.js";
import { bindLibc, bindTcdrain, type Libc } from "../../../dist/posix/libc.js";

type Implementation = (...args: unknown[]) => number;

interface SetUp {
  readonly libc: Libc;
  /** Signatures by symbol, in the order in which they were bound. */
  readonly bound: Map<string, string[]>;
}

/** libc as a table of functions, and the declarations made with it. */
function setUp(functions: Record<string, Implementation>, variadic = false): SetUp {
  const bound = new Map<string, string[]>();
  const library: NativeLibrary = {
    has: () => true,
    address: () => 0n,
    bind: <F>(symbol: string, returns: CType, ...[parameters]: [readonly CType[]]) => {
      bound.set(symbol, [...(bound.get(symbol) ?? []), `${returns} ${parameters.join(" ")}`]);
      return (functions[symbol] ?? (() => 0)) as F;
    },
  };
  const ffi: Ffi = {
    program: () => library,
    load: () => library,
    errno: () => 25,
    callback: () => 0n,
  };
  return { libc: bindLibc(ffi, { variadic }), bound };
}

const fails: Implementation = () => -1;

/** Each call of the interface. */
const CALLS: readonly (readonly [string, (libc: Libc) => number])[] = [
  ["open", (libc) => libc.open("/dev/ttyS0", 2)],
  ["close", (libc) => libc.close(3)],
  ["read", (libc) => libc.read(3, new Uint8Array(1), 1)],
  ["write", (libc) => libc.write(3, new Uint8Array(1), 1)],
  ["ioctl", (libc) => libc.ioctl(3, 1, new Uint8Array(4))],
  ["ioctl", (libc) => libc.ioctlValue(3, 1, 0)],
  ["flock", (libc) => libc.flock(3, 6)],
  ["poll", (libc) => libc.poll(3, 1, 0)],
];
for (const [index, [symbol, call]] of CALLS.entries()) {
  test(`bindLibc() gives -errno when ${symbol} fails (${index + 1})`, () => {
    equal(call(setUp({ [symbol]: fails }).libc), -25);
  });
}

test("bindLibc() gives the results of the calls", () => {
  const { libc } = setUp({ open: () => 9, read: () => 3, write: () => 2, ioctl: () => 5 });

  equal(libc.open("/dev/ttyS0", 0x80902), 9);
  equal(libc.read(9, new Uint8Array(8), 8), 3);
  equal(libc.write(9, new Uint8Array(8), 8), 2);
  equal(libc.ioctlValue(9, 0x5441, 2), 5);
});

test("bindLibc() declares open and ioctl with a fixed number of arguments by default", () => {
  const { bound } = setUp({});

  deepEqual(bound.get("open"), ["int string int"]);
  deepEqual(bound.get("ioctl"), ["int int ulong bytes", "int int ulong ulong"]);
});

test("bindLibc() declares open and ioctl as variadic where that differs (darwin on arm64)", () => {
  const { bound } = setUp({}, true);

  deepEqual(bound.get("open"), ["int string int ..."]);
  deepEqual(bound.get("ioctl"), ["int int ulong ... bytes", "int int ulong ... ulong"]);
});

test("bindLibc() passes struct pollfd: int fd, short events, short revents", () => {
  const seen: number[][] = [];
  const { libc } = setUp({
    poll: (fds, count, ...[timeoutMs]) => {
      const bytes = fds as Uint8Array;
      seen.push([...bytes], [count as number, timeoutMs as number]);
      new DataView(bytes.buffer).setInt16(6, 0x11, endianness() === "LE");
      return 1;
    },
  });

  equal(libc.poll(7, 5, 250), 0x11);

  const pollfd = endianness() === "LE" ? [7, 0, 0, 0, 5, 0, 0, 0] : [0, 0, 0, 7, 0, 5, 0, 0];
  deepEqual(seen, [pollfd, [1, 250]]);
});

test("bindLibc() gives 0 from poll when the time is over", () => {
  equal(setUp({ poll: () => 0 }).libc.poll(7, 1, 0), 0);
});

test("bindTcdrain() gives 0, or -errno", () => {
  const results = [0, -1];
  const library = {
    bind: <F>() => (() => results.shift()) as F,
  } as unknown as NativeLibrary;
  const tcdrain = bindTcdrain({ program: () => library, errno: () => 5 } as unknown as Ffi);

  equal(tcdrain(3), 0);
  equal(tcdrain(3), -5);
});
