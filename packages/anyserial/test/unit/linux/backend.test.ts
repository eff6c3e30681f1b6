import { equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import type { Ffi } from "#internal/ffi/ffi.js";
import { LinuxBackend, linuxParts } from "#internal/linux/backend.js";
import { createSettle } from "#internal/policy.js";
import { configOf, FakeLibc, fakePlatform } from "../../helpers/fake-libc.ts";
import { FakeReadiness } from "../../helpers/fake-readiness.ts";

interface SetUp {
  readonly libc: FakeLibc;
  readonly readiness: FakeReadiness;
  readonly backend: LinuxBackend;
}

function setUp(holder?: string): SetUp {
  const libc = new FakeLibc();
  const readiness = new FakeReadiness();
  const platform = fakePlatform(libc, { findHolder: async () => holder });
  const parts = { platform, readiness } as unknown as ConstructorParameters<typeof LinuxBackend>[0];
  return { libc, readiness, backend: new LinuxBackend(parts) };
}

const request = {
  path: "/dev/ttyS4",
  config: configOf({ exclusive: true }),
  settle: createSettle("raise"),
};

test("LinuxBackend.open() gives a port that is watched", async () => {
  const { libc, readiness, backend } = setUp();

  const port = await backend.open(request);

  equal(port.fd, 7);
  equal(readiness.watches[0]?.fd, 7);
  await port.close();
  equal(libc.openFds.size, 0);
});

test("LinuxBackend.open() stops watching when it fails after that", async () => {
  const { libc, readiness, backend } = setUp();
  libc.fail("TERMIOS_SET", "EINVAL");

  await rejects(backend.open(request), { name: "UnsupportedConfigurationError" });

  ok(readiness.watches.every((watch) => watch.isClosed));
  equal(libc.openFds.size, 0);
});

test("LinuxBackend.openBlocking() gives a port that nobody watches", () => {
  const { readiness, backend } = setUp();

  const port = backend.openBlocking(request);

  equal(port.fd, 7);
  equal(readiness.watches.length, 0);
  port.closeBlocking();
});

test("LinuxBackend.open() names the program that holds the port", async () => {
  const { libc, backend } = setUp("minicom (pid 42)");
  libc.fail("flock", "EAGAIN");

  await rejects(backend.open(request), {
    name: "PortBusyError",
    code: "EAGAIN",
    syscall: "flock",
    errno: 11,
    message:
      'Cannot open port "/dev/ttyS4": locked by another program (EAGAIN), held by minicom (pid 42)',
    hint: "end minicom (pid 42), or wait until it closes the port (see docs/troubleshooting.md#busy)",
  });
});

test("LinuxBackend.open() names nobody where the holder cannot be seen", async () => {
  const { libc, backend } = setUp();
  libc.fail("flock", "EAGAIN");

  await rejects(backend.open(request), {
    name: "PortBusyError",
    message: 'Cannot open port "/dev/ttyS4": locked by another program (EAGAIN)',
  });
});

test("LinuxBackend.platformCapabilities() is the same frozen record every time", () => {
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
