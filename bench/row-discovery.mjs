// Row discovery: listing 64 USB ports of a synthetic sysfs, and the time from a node's appearance to the
// event at the iterator, on a device folder of its own.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { atMost, line } from "./lines.mjs";

const PORTS = 64;
const LIST_GOAL_MS = 20;
const PLUG_GOAL_MS = 50;

export async function measureDiscovery({ packageDir, quick }) {
  const root = mkdtempSync(join(tmpdir(), "anyserial-bench-"));
  const roots = { sysfs: join(root, "sys"), dev: join(root, "dev") };
  try {
    for (let index = 0; index < PORTS; index++) addAdapter(roots, index);
    const rounds = quick ? 5 : 100;
    return [
      atMost(
        line(`list ${PORTS} ports`, "ms", {
          anyserial: await timeLists(packageDir, roots, rounds),
        }),
        LIST_GOAL_MS,
        `< ${LIST_GOAL_MS} ms`,
      ),
      atMost(
        line(`plug event with ${PORTS} ports, node to iterator`, "ms", {
          anyserial: await timeEvents(packageDir, roots, rounds),
        }),
        PLUG_GOAL_MS,
        `< ${PLUG_GOAL_MS} ms`,
      ),
    ];
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function timeLists(packageDir, roots, rounds) {
  const { listPorts } = await load(packageDir, "linux/list.js");
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const ports = await listPorts(roots);
    times.push(performance.now() - start);
    if (ports.length !== PORTS) throw new Error(`listed ${ports.length} of ${PORTS} ports`);
  }
  return times;
}

async function timeEvents(packageDir, roots, rounds) {
  const { ffi } = await load(packageDir, "ffi/koffi.js");
  const { linuxParts } = await load(packageDir, "linux/backend.js");
  const { PosixBackend } = await load(packageDir, "posix/posix-backend.js");
  const { PortEvents } = await load(packageDir, "discovery/port-events.js");
  const backend = new PosixBackend(linuxParts(ffi, process.arch, { roots }));
  const events = new PortEvents(async () => backend, { initial: true });
  for (let port = 0; port < PORTS; port++) await events.next();
  const times = [];
  const node = join(roots.dev, "ttyUSB7");
  for (let round = 0; round < rounds; round++) {
    const removed = events.next();
    unlinkSync(node);
    await removed;
    const added = events.next();
    const start = performance.now();
    writeFileSync(node, "");
    const { value } = await added;
    times.push(performance.now() - start);
    if (value.type !== "added") throw new Error(`unexpected ${value.type}`);
  }
  await events.return();
  return times;
}

function load(packageDir, module) {
  return import(pathToFileURL(join(packageDir, "dist", module)).href);
}

/** An adapter with everything that is read of one, laid out as the kernel does. */
function addAdapter({ sysfs, dev }, index) {
  const tty = `ttyUSB${index}`;
  const device = join(sysfs, "devices/usb1", `1-${index}`);
  const port = join(device, `1-${index}:1.0`, tty);
  const classTty = join(port, "tty", tty);
  for (const folder of [classTty, join(sysfs, "class/tty"), join(dev, "serial/by-id")]) {
    mkdirSync(folder, { recursive: true });
  }
  const attributes = {
    bNumInterfaces: " 1",
    idVendor: "0403",
    idProduct: "6001",
    serial: `A${index}`,
    manufacturer: "FTDI",
    product: "FT232R USB UART",
    [`1-${index}:1.0/interface`]: "FT232R USB UART",
  };
  for (const [name, text] of Object.entries(attributes)) {
    writeFileSync(join(device, name), `${text}\n`);
  }
  symlinkSync("../../../../../bus/usb-serial", join(port, "subsystem"));
  symlinkSync("../../../../../bus/usb-serial/drivers/ftdi_sio", join(port, "driver"));
  symlinkSync("../..", join(classTty, "device"));
  symlinkSync(
    `../../devices/usb1/1-${index}/1-${index}:1.0/${tty}/tty/${tty}`,
    join(sysfs, "class/tty", tty),
  );
  writeFileSync(join(dev, tty), "");
  symlinkSync(`../../${tty}`, join(dev, `serial/by-id/usb-FTDI_A${index}-if00-port0`));
}
