import { equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import type { Ffi } from "../../../dist/ffi/ffi.js";
import { linuxParts } from "../../../dist/linux/backend.js";
import { PosixBackend } from "../../../dist/posix/posix-backend.js";
import { configOf, FakeLibc, fakePlatform } from "../../helpers/fake-libc.ts";
import { FakeReadiness } from "../../helpers/fake-readiness.ts";

interface SetUp {
  readonly libc: FakeLibc;
  readonly readiness: FakeReadiness;
  readonly backend: PosixBackend;
}

function setUp(holder?: string, isHere = false): SetUp {
  const libc = new FakeLibc();
  const readiness = new FakeReadiness();
  const platform = fakePlatform(libc, {
    findHolder: async () => holder,
    isOpenHere: () => isHere,
  });
  const parts = { platform, readiness } as unknown as ConstructorParameters<typeof PosixBackend>[0];
  return { libc, readiness, backend: new PosixBackend(parts) };
}

const request = {
  path: "/dev/ttyS4",
  config: configOf({ exclusive: true }),
  onRefusal: "stop" as const,
};

test("PosixBackend.open() gives a port that is watched", async () => {
  const { libc, readiness, backend } = setUp();

  const port = await backend.open(request);

  equal(port.fd, 7);
  equal(readiness.watches[0]?.fd, 7);
  await port.close(0);
  equal(libc.openFds.size, 0);
});

test("PosixBackend.open() stops watching when it fails after that", async () => {
  const { libc, readiness, backend } = setUp();
  libc.fail("TERMIOS_SET", "EINVAL");

  await rejects(backend.open(request), { name: "UnsupportedConfigurationError" });

  ok(readiness.watches.every((watch) => watch.isClosed));
  equal(libc.openFds.size, 0);
});

test("PosixBackend.open() fails when the event loop cannot be woken, and leaves nothing", async () => {
  const { libc, readiness, backend } = setUp();
  const failure = new Error("no descriptors for the thread");
  readiness.startFailure = failure;

  await rejects(backend.open(request), failure);

  ok(readiness.watches.every((watch) => watch.isClosed));
  equal(libc.openFds.size, 0);
});

test("PosixBackend.openBlocking() gives a port without a watch", () => {
  const { readiness, backend } = setUp();

  const port = backend.openBlocking(request);

  equal(port.fd, 7);
  equal(readiness.watches.length, 0);
  port.closeBlocking();
});

test("PosixBackend.open() names the program that holds the port", async () => {
  const { libc, backend } = setUp("minicom (pid 42)");
  libc.fail("flock", "EAGAIN");

  await rejects(backend.open(request), {
    name: "PortBusyError",
    code: "EAGAIN",
    syscall: "flock",
    errno: 11,
    message: 'Cannot open port "/dev/ttyS4": locked (EAGAIN), held by minicom (pid 42)',
    hint: "end minicom (pid 42), or wait until it closes the port (see node_modules/anyserial/docs/troubleshooting.md#busy)",
  });
});

test("PosixBackend.open() names no holder where it cannot be seen", async () => {
  const { libc, backend } = setUp();
  libc.fail("flock", "EAGAIN");

  await rejects(backend.open(request), {
    name: "PortBusyError",
    message: 'Cannot open port "/dev/ttyS4": locked (EAGAIN)',
  });
});

test("PosixBackend.open() and openBlocking() say that this program itself has the port", async () => {
  for (const [others, also] of [
    [undefined, ""],
    ["minicom (pid 42)", "; end minicom (pid 42), or wait until it closes the port"],
  ] as const) {
    const { libc, backend } = setUp(others, true);
    const names = ["this program", ...(others === undefined ? [] : [others])].join(" and ");
    const own = "close the port that this program has open already, or open both without exclusive";
    libc.fail("flock", "EAGAIN");
    await rejects(backend.open(request), {
      name: "PortBusyError",
      message: `Cannot open port "/dev/ttyS4": locked (EAGAIN), held by ${names}`,
      hint: `${own}${also} (see node_modules/anyserial/docs/troubleshooting.md#busy)`,
    });
    libc.fail("flock", "EAGAIN");
    throws(() => backend.openBlocking(request), {
      name: "PortBusyError",
      message: 'Cannot open port "/dev/ttyS4": locked (EAGAIN), held by this program',
    });
  }
});

test("PosixBackend.platformCapabilities() is the same frozen record every time", () => {
  const { backend } = setUp();

  equal(backend.platformCapabilities(), backend.platformCapabilities());
  ok(Object.isFrozen(backend.platformCapabilities()));
});

test("linuxParts() refuses a CPU that is not in the table, before it binds anything", () => {
  const ffi = {} as Ffi;

  throws(() => linuxParts(ffi, "mips"), {
    name: "UnsupportedPlatformError",
    code: "ERR_SERIAL_PLATFORM",
    message: "Cannot use serial ports on Linux for mips",
  });
});
