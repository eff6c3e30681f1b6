// Rows of the contract of a binding, open(): options, defaults, checks, errors.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BindingsError, LinuxBinding, LinuxPortBinding } from "@anyserial/bindings-cpp";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { inspectSerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { openOnLine, openOnPty } from "../helpers/ports.ts";

const isRoot = process.getuid?.() === 0;
const MISSING = { path: "/dev/ttyNothing", baudRate: 9600 };

test("open() ignores options that it does not know, and shows them", async (t) => {
  const unknown = { platformOptions: { vmin: 3 }, debug: true, unitID: 5, openCallback: () => 0 };

  const { port } = await openOnPty(t, unknown as object);

  deepEqual({ ...port.openOptions, ...unknown }, port.openOptions);
});

test("open() fills in the defaults and shows them as openOptions", async (t) => {
  const { device, port } = await openOnPty(t);

  deepEqual(port.openOptions, {
    path: device.path,
    baudRate: 9600,
    vmin: 1,
    vtime: 0,
    dataBits: 8,
    lock: true,
    stopBits: 1,
    parity: "none",
    rtscts: false,
    xon: false,
    xoff: false,
    xany: false,
    hupcl: true,
  });
});

test("open() works as a method and as a function alone", async (t) => {
  await using device = await createVirtualPort();
  const { open } = LinuxBinding;

  const port = await open({ path: device.path, baudRate: 9600 });
  t.after(() => port.close());

  ok(port instanceof LinuxPortBinding);
  equal(port.isOpen, true);
});

test("open() exposes the descriptor as fd, and null once it is closed", async (t) => {
  const { port } = await openOnPty(t);

  ok(typeof port.fd === "number" && port.fd > 2);
  await port.close();

  equal(port.fd, null);
});

test("open() checks its arguments with the words of node-serialport", async () => {
  const open = LinuxBinding.open as (options?: unknown) => Promise<unknown>;

  await rejects(open(), { name: "TypeError", message: '"options" is not an object' });
  await rejects(open([]), { name: "TypeError", message: '"options" is not an object' });
  await rejects(open({}), { name: "TypeError", message: '"path" is not a valid port' });
  await rejects(open({ path: "/dev/x" }), {
    name: "TypeError",
    message: '"baudRate" is not a valid baudRate',
  });
});

test("open() says what node-serialport says of a path that is no port, with code and hint", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "file");
  writeFileSync(file, "");
  mkdirSync(join(folder, "sub"));
  const rows = [
    [MISSING.path, "Error: No such file or directory, cannot open /dev/ttyNothing", "ENOENT"],
    [`${file}/x`, `Error: Not a directory, cannot open ${file}/x`, "ENOTDIR"],
    [join(folder, "sub"), `Error: Is a directory, cannot open ${join(folder, "sub")}`, "EISDIR"],
    [file, "Error: Inappropriate ioctl for device setting custom baud rate of 9600", "ENOTTY"],
  ] as const;

  for (const [path, message, code] of rows) {
    const error = await LinuxBinding.open({ path, baudRate: 9600 }).catch((reason) => reason);

    deepEqual([error.message, error.code, error.canceled], [message, code, false]);
    ok(error instanceof BindingsError && (error.hint?.length ?? 0) > 10);
  }
});

test("open() says that it cannot lock a port that another one holds", async (t) => {
  const { device } = await openOnPty(t);

  await rejects(LinuxBinding.open({ path: device.path, baudRate: 9600 }), {
    message: /Error Resource temporarily unavailable Cannot lock port$/,
    code: isRoot ? "EAGAIN" : "EBUSY", // an open(2) of root passes TIOCEXCL, and meets the flock(2)
  });
});

test("open() with lock: false shares the port", async (t) => {
  const { device } = await openOnPty(t, { lock: false });

  const second = await LinuxBinding.open({ path: device.path, baudRate: 9600, lock: false });
  t.after(() => second.close());

  equal(second.isOpen, true);
});

test("open() discards input from before", async (t) => {
  const { device, port: first } = await openOnPty(t, { lock: false });
  await device.send(Buffer.from("stale"));

  const second = await LinuxBinding.open({ path: device.path, baudRate: 9600, lock: false });
  t.after(() => second.close());
  await device.send(Buffer.from("new"));

  const { bytesRead, buffer } = await second.read(Buffer.alloc(10), 0, 10);
  equal(buffer.toString("latin1", 0, bytesRead), "new");
  equal(first.isOpen, true);
});

test("open() makes the line raw, and waits for vmin bytes", async (t) => {
  const { device } = await openOnPty(t, { lock: false, vmin: 4 });

  const { terminal } = await inspectSerialPort(device.path);

  deepEqual(terminal, { canonical: false, echo: false, outputProcessing: false, minimumBytes: 4 });
});

test("open() with vmin waits until so many bytes are there", async (t) => {
  const { device, port } = await openOnPty(t, { vmin: 4 });
  const reading = port.read(Buffer.alloc(10), 0, 10);

  for (const part of ["a", "b", "c", "d"]) await device.send(Buffer.from(part));

  equal((await reading).bytesRead, 4);
});

test("open() with vmin 0 waits for one byte, and does not spin", async (t) => {
  const { device, port } = await openOnPty(t, { vmin: 0, vtime: 0 });
  const reading = port.read(Buffer.alloc(10), 0, 10);

  await device.send(Buffer.from("x"));

  equal((await reading).bytesRead, 1);
});

test("open() takes every option to the line", async (t) => {
  const { pair } = await openOnLine(t, {
    baudRate: 19_200,
    dataBits: 7,
    parity: "even",
    stopBits: 2,
    rtscts: true,
  });

  const { baudRate, dataBits, parity, stopBits, flowControl } = await pair.a.effectiveConfig();

  deepEqual([baudRate, dataBits, parity, stopBits], [19_200, 7, "even", 2]);
  equal(flowControl.rtsCts, true);
});

test("open() accepts mark and space parity, which node-serialport refuses on POSIX", async (t) => {
  const { pair } = await openOnLine(t, { parity: "mark" as "none" });

  equal((await pair.a.effectiveConfig()).parity, "mark");
});

test("open() refuses 1.5 stop bits where the system has none, as node-serialport does", async () => {
  await using device = await createVirtualPort();

  const error = await LinuxBinding.open({
    path: device.path,
    baudRate: 9600,
    stopBits: 1.5,
  }).catch((reason) => reason);

  match(error.message, /Invalid stop bits setting/);
  equal(error.code, "ERR_SERIAL_UNSUPPORTED");
});
