// A USB device in user space: a gadget in configfs whose only function is FunctionFS, on a port of
// dummy_hcd. The kernel's host side enumerates it like any other device. Reads and writes block in
// libuv's pool, which is why devices live in a process of their own.

import { spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import {
  mkdirSync,
  openSync,
  read,
  readSync,
  symlinkSync,
  write,
  writeFileSync,
  writeSync,
} from "node:fs";
import { promisify } from "node:util";
import {
  BULK_PACKET,
  EVENT,
  EVENT_LENGTH,
  encodeDescriptors,
  encodeStrings,
} from "./function-fs.ts";
import {
  type DeviceIdentity,
  type DeviceModel,
  decodeSetup,
  type Endpoint,
  type Setup,
} from "./models.ts";

// Plain descriptors: a FileHandle costs several times as much for each call.
const readFrom = promisify(read);
const writeTo = promisify(write);

/** `<asm-generic/errno.h>`; Node has no name for it. */
const EIDRM = 43;
/** Largest transfer toward the host, in bytes; the kernel makes packets of it. */
const MOST_IN = 8 * BULK_PACKET;
/** After an unplug the endpoints are asked again this much later, in milliseconds. */
const RETRY_MS = 10;
const GADGETS = "/sys/kernel/config/usb_gadget";

/** A device; the constructor stores, {@link UsbDevice.create} acts. */
export class UsbDevice {
  readonly #model: DeviceModel;
  readonly #gadget: string;
  readonly #udc: string;
  readonly #control: number;
  readonly #ready = new EventEmitter();
  /** Counts plugs: a transfer of an earlier one is lost. */
  #plugs = 0;

  private constructor(
    model: DeviceModel,
    place: { readonly gadget: string; readonly udc: string },
    control: number,
  ) {
    this.#model = model;
    this.#gadget = place.gadget;
    this.#udc = place.udc;
    this.#control = control;
    model.onReady = (address) => this.#ready.emit(String(address));
  }

  /**
   * Makes a device that is not plugged in yet.
   *
   * @param model Identity and behavior.
   * @param port Number of the dummy_hcd port; one device each.
   */
  static create(model: DeviceModel, port: number): UsbDevice {
    const name = `chip${port}-${process.pid}`;
    const gadget = `${GADGETS}/${name}`;
    describeGadget(gadget, name, model.identity);
    const folder = mountFunction(name);
    const control = openSync(`${folder}/ep0`, "r+");
    const endpoints = model.interfaces.flatMap((face) => face.endpoints);
    writeSync(control, encodeDescriptors(endpoints));
    writeSync(control, encodeStrings(model.identity.product));
    const device = new UsbDevice(model, { gadget, udc: `dummy_udc.${port}` }, control);
    void device.#serveControl();
    for (const [at, endpoint] of endpoints.entries()) {
      void device.#serveEndpoint(endpoint, openSync(`${folder}/ep${at + 1}`, "r+"));
    }
    return device;
  }

  /** Connects it to the host. FunctionFS does not say whether the host waits at an endpoint: it does, most of the time. */
  plug(): void {
    for (const { endpoints } of this.#model.interfaces) {
      for (const { address } of endpoints) this.#model.onAwaited(address, true);
    }
    writeFileSync(`${this.#gadget}/UDC`, this.#udc);
  }

  /** Disconnects it: pending requests on its endpoints fail. */
  unplug(): void {
    this.#plugs++;
    writeFileSync(`${this.#gadget}/UDC`, "\n");
    this.#model.onUnplugged();
    for (const { endpoints } of this.#model.interfaces) {
      for (const { address } of endpoints) this.#ready.emit(String(address));
    }
  }

  async #serveEndpoint({ address }: Endpoint, file: number): Promise<void> {
    for (;;) {
      if ((address & 0x80) === 0) await this.#receive(address, file);
      else await this.#send(address, file);
    }
  }

  /** Takes one packet of the host, and holds it until the model has room. */
  async #receive(address: number, file: number): Promise<void> {
    const packet = Buffer.alloc(BULK_PACKET);
    const plug = this.#plugs;
    try {
      const { bytesRead } = await readFrom(file, packet, 0, packet.length, null);
      const data = packet.subarray(0, bytesRead);
      while (plug === this.#plugs && !this.#model.offer(address, data)) {
        await once(this.#ready, String(address));
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS)); // it is not plugged in
    }
  }

  /** Hands one transfer to the host, and waits until it has taken it. */
  async #send(address: number, file: number): Promise<void> {
    const bytes = this.#model.take(address, MOST_IN);
    if (bytes === undefined) {
      await once(this.#ready, String(address));
      return;
    }
    try {
      await writeTo(file, bytes, 0, bytes.length, null);
    } catch {
      // Unplugged: bytes on their way are gone.
    }
  }

  async #serveControl(): Promise<void> {
    const event = Buffer.alloc(EVENT_LENGTH);
    for (;;) {
      try {
        await readFrom(this.#control, event, 0, EVENT_LENGTH, null);
      } catch (error) {
        // The host gave up a request before it was answered; its next one is read next.
        if ((error as NodeJS.ErrnoException).errno === -EIDRM) continue;
        throw error;
      }
      const type = event.readUInt8(8);
      if (type === EVENT.enable) this.#model.onConfigured();
      if (type === EVENT.setup) this.#serve(decodeSetup(event));
    }
  }

  /** The host waits for an answer, and takes it within a millisecond: nothing is gained by a thread. */
  #serve(setup: Setup): void {
    try {
      this.#exchange(setup);
    } catch {
      // A request that the host gave up fails with EIDRM, a stall with EL2HLT: both are done with.
    }
  }

  #exchange(setup: Setup): void {
    const room = Buffer.alloc(Math.max(setup.length, 1)); // Node skips a read of nothing
    // Doing the opposite of the request makes FunctionFS stall.
    if (setup.isIn) {
      const answer = this.#model.answer(setup);
      if (answer === undefined) readSync(this.#control, room);
      else writeSync(this.#control, answer.subarray(0, setup.length));
    } else if (setup.length === 0) {
      if (this.#model.accept(setup, new Uint8Array())) readSync(this.#control, room);
      else writeSync(this.#control, room);
    } else {
      const bytesRead = readSync(this.#control, room);
      this.#model.accept(setup, room.subarray(0, bytesRead)); // it is too late to stall
    }
  }
}

function describeGadget(gadget: string, name: string, identity: DeviceIdentity): void {
  const write = (file: string, value: string): void => writeFileSync(`${gadget}/${file}`, value);
  const strings = "strings/0x409";
  mkdirSync(gadget);
  write("idVendor", `0x${identity.vendorId.toString(16)}`);
  write("idProduct", `0x${identity.productId.toString(16)}`);
  write("bcdDevice", `0x${identity.release.toString(16)}`);
  mkdirSync(`${gadget}/${strings}`);
  write(`${strings}/manufacturer`, identity.manufacturer);
  write(`${strings}/product`, identity.product);
  write(`${strings}/serialnumber`, identity.serialNumber);
  mkdirSync(`${gadget}/configs/c.1`);
  mkdirSync(`${gadget}/functions/ffs.${name}`);
  symlinkSync(`${gadget}/functions/ffs.${name}`, `${gadget}/configs/c.1/ffs.${name}`);
}

function mountFunction(name: string): string {
  const folder = `/run/ffs-${name}`;
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync("mount", ["-t", "functionfs", name, folder]);
  if (status !== 0) throw new Error(`cannot mount ${folder}: ${stderr}`);
  return folder;
}
