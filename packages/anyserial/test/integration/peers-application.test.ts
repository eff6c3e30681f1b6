// Other people's programs as the application on our emulated port.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { test } from "node:test";
import { findPython, missing } from "@anyserial/test-support/programs";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { type Child, startFixture, startProgram } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";

const python = findPython("serial");
const noPySerial = python === undefined ? "python3-serial is not installed" : false;
const MEGABYTE = 1024 * 1024;

test(
  "pySerial echoes over an emulated port, and its settings are seen",
  { skip: noPySerial },
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = pySerial(
      device,
      `port = serial.Serial(path, 19200, stopbits=2, xonxoff=True, timeout=8)
say("open")
while True:
    data = port.read(1) + port.read(port.in_waiting)
    if data.endswith(b"!"): break
    port.write(data)
port.close()`,
    );
    equal(await child.line(), "open");
    const { baudRate, stopBits, flowControl, raw, echo } = device.settings();
    deepEqual([baudRate, stopBits, flowControl.xonXoff, raw, echo], [19_200, 2, true, true, false]);
    for (let round = 0; round < 20; round++) {
      const data = Buffer.alloc(1 + round * 100, round + 65);
      const [received] = await Promise.all([take(device, data.length), device.send(data)]);
      ok(received.equals(data));
    }
    await device.send(Buffer.from("!"));

    deepEqual(await child.ended(), { code: 0, signal: null, stderr: "" });
    await until("the application is gone", () => !device.applicationOpen);
  }),
);

test(
  "pySerial sends a megabyte and is killed: all that it wrote arrives, and the port works on",
  { skip: noPySerial },
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = pySerial(
      device,
      `port = serial.Serial(path, 115200)
data = bytes(range(256)) * ${MEGABYTE / 256}
port.write(data)
say("sent")
while True: port.write(b"flood" * 1000)`,
    );
    const received = await take(device, MEGABYTE);
    ok(
      received.equals(
        Buffer.alloc(
          MEGABYTE,
          Uint8Array.from({ length: 256 }, (_, at) => at),
        ),
      ),
    );
    equal(await child.line(), "sent");
    await device.receive();
    child.process.kill("SIGKILL");
    equal((await child.ended()).signal, "SIGKILL");

    await using port = await openSerialPort(device.path);
    device.discardUnread();
    await device.send(Buffer.from("next"));
    equal(Buffer.from(await port.receive()).toString(), "next");
  }),
);

test(
  "pySerial that is stopped holds send() back; continued, it gets every byte",
  { skip: noPySerial },
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = pySerial(
      device,
      `import hashlib
port = serial.Serial(path, 115200, timeout=8)
say("open")
print(hashlib.sha1(port.read(${MEGABYTE})).hexdigest(), flush=True)`,
    );
    equal(await child.line(), "open");
    child.process.kill("SIGSTOP");
    const data = new Uint8Array(MEGABYTE).fill(7);
    const controller = new AbortController();
    const stuck: Promise<unknown> = device
      .send(data, { signal: controller.signal })
      .catch((error) => error);
    await until("its buffer is full", () => !device.isWritable());
    controller.abort();
    const { bytesWritten } = (await stuck) as { bytesWritten: number };
    ok(bytesWritten > 0 && bytesWritten < data.length);
    child.process.kill("SIGCONT");
    await device.send(data.subarray(bytesWritten));

    equal(await child.line(), createHash("sha1").update(data).digest("hex"));
    equal((await child.ended()).code, 0);
  }),
);

test(
  "pySerial with exclusive=True makes our exclusive open fail, naming it",
  { skip: noPySerial },
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = pySerial(
      device,
      `port = serial.Serial(path, exclusive=True)
say("open")
sys.stdin.read()`,
    );
    equal(await child.line(), "open");

    await rejects(openSerialPort(device.path, { exclusive: true }), {
      name: "PortBusyError",
      message: new RegExp(`held by python\\S* \\(pid ${child.pid}\\)`),
    });
    child.process.stdin?.end();
    equal((await child.ended()).code, 0);
  }),
);

test(
  "pySerial is refused by our exclusive port",
  { skip: noPySerial },
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using port = await openSerialPort(device.path, { exclusive: true });
    await using child = pySerial(device, "serial.Serial(path, exclusive=True)");
    const { code, stderr } = await child.ended();

    equal(code, 1);
    match(stderr, /SerialException/);
    equal(port.isOpen, true);
  }),
);

test(
  "node-serialport writes, reads and changes its rate on an emulated port",
  leakFree(async (t) => {
    await using device = await createVirtualPort();
    await using child = startFixture("node-serialport", { args: [device.path] });
    const first = (await child.message()) as { missing?: string };
    if (first.missing !== undefined) return t.skip(`serialport does not load: ${first.missing}`);
    const { baudRate, raw } = device.settings();
    const echoing = echo(device, 50_000);

    deepEqual([baudRate, raw], [9600, true]);
    deepEqual(await child.message(), { same: true });
    deepEqual(await child.message(), { updated: true });
    equal(device.settings().baudRate, 19_200);
    await echoing;
    equal((await child.ended()).code, 0);
  }),
);

test(
  "picocom talks over an emulated port, with a terminal of ours as its own",
  { skip: missing("picocom", ["--help"]) },
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using terminal = await createVirtualPort();
    await using child = inTerminal(terminal, [
      "picocom",
      ["--baud", "38400", "--nolock", device.path],
    ]);
    await readUntil(terminal, "Terminal ready");

    equal(device.settings().baudRate, 38_400);
    await device.send(Buffer.from("from the device"));
    match(await readUntil(terminal, "from the device"), /from the device/);
    await terminal.send(Buffer.from("typed"));
    equal((await take(device, 5)).toString(), "typed");
    await terminal.send(Buffer.from([1, 24])); // C-a C-x ends it
    equal((await child.ended()).code, 0);
  }),
);

test(
  "socat carries bytes between an emulated port and its standard streams",
  { skip: missing("socat", ["-V"]) },
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = startProgram("socat", ["-", `${device.path},rawer,b57600`]);
    child.say("to the device\n");
    equal((await take(device, 14)).toString(), "to the device\n");

    equal(device.settings().baudRate, 57_600);
    await device.send(Buffer.from("to the program\n"));
    equal(await child.line(), "to the program");
    child.process.kill("SIGTERM");
    await child.ended();
    await until("the application is gone", () => !device.applicationOpen);
  }),
);

function pySerial(device: VirtualPort, script: string): Child {
  const prelude = `import serial, sys
path = sys.argv[1]
def say(word): print(word, flush=True)
`;
  return startProgram(python as string, ["-c", prelude + script, device.path]);
}

/** Starts a program that wants a terminal: the application side of another emulated port. */
function inTerminal(
  terminal: VirtualPort,
  [command, args]: readonly [string, readonly string[]],
): Child {
  const fd = openSync(terminal.path, "r+");
  const child = startProgram(command, args, { stdio: [fd, fd, fd] });
  closeSync(fd);
  return child;
}

async function take(device: VirtualPort, count: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (let left = count; left > 0; left -= chunks.at(-1)?.length ?? 0) {
    chunks.push(await device.receive({ maxBytes: left }));
  }
  return Buffer.concat(chunks);
}

async function readUntil(device: VirtualPort, expected: string): Promise<string> {
  let text = "";
  while (!text.includes(expected)) text += Buffer.from(await device.receive()).toString();
  return text;
}

async function echo(device: VirtualPort, count: number): Promise<void> {
  for (let left = count; left > 0; ) {
    const bytes = await device.receive();
    left -= bytes.length;
    await device.send(bytes);
  }
}
