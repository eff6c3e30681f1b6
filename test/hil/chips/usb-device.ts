// A USB device in user space: a gadget in configfs whose only function is FunctionFS, on a port of
// dummy_hcd. The kernel's host side enumerates it like any other device. Reads and writes block in
// libuv's pool, which is why devices live in a process of their own.

import { spawnSync } from "node:child_process";
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
  decodeSetup,
  type Endpoint,
  EVENT,
  EVENT_LENGTH,
  encodeDescriptors,
  encodeStrings,
  type Setup,
} from "./function-fs.ts";

/** Identity that the host reads when the device is plugged in. */
export interface DeviceIdentity {
  readonly vendorId: number;
  readonly productId: number;
  /** bcdDevice: drivers distinguish chips by it. */
  readonly release: number;
  readonly manufacturer: string;
  readonly product: string;
  readonly serialNumber: string;
}

/** Identity and behavior of a device. */
export interface DeviceModel {
  readonly identity: DeviceIdentity;
  readonly endpoints: readonly Endpoint[];
  /** Answers a request for data; `undefined` stalls. */
  answer(setup: Setup): Uint8Array | undefined;
  /** Takes a request that carries data, or none. */
  accept(setup: Setup, data: Uint8Array): void;
  /** The host has chosen the configuration: endpoints work from now on. */
  onEnabled(): void;
}

// Plain descriptors: a FileHandle costs several times as much for each call.
const readFrom = promisify(read);
const writeTo = promisify(write);

/** `<asm-generic/errno.h>`; Node has no name for it. */
const EIDRM = 43;
const GADGETS = "/sys/kernel/config/usb_gadget";

/** A device; the constructor stores, {@link UsbDevice.create} acts. */
export class UsbDevice {
  readonly #model: DeviceModel;
  readonly #gadget: string;
  readonly #udc: string;
  readonly #control: number;
  readonly #endpoints: readonly number[];

  private constructor(
    model: DeviceModel,
    place: { readonly gadget: string; readonly udc: string },
    files: { readonly control: number; readonly endpoints: readonly number[] },
  ) {
    this.#model = model;
    this.#gadget = place.gadget;
    this.#udc = place.udc;
    this.#control = files.control;
    this.#endpoints = files.endpoints;
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
    writeSync(control, encodeDescriptors(model.endpoints));
    writeSync(control, encodeStrings(model.identity.product));
    const endpoints = model.endpoints.map((_, at) => openSync(`${folder}/ep${at + 1}`, "r+"));
    const files = { control, endpoints };
    const device = new UsbDevice(model, { gadget, udc: `dummy_udc.${port}` }, files);
    void device.#serveControl();
    return device;
  }

  /** Connects it to the host. */
  plug(): void {
    writeFileSync(`${this.#gadget}/UDC`, this.#udc);
  }

  /** Disconnects it: pending requests on its endpoints fail. */
  unplug(): void {
    writeFileSync(`${this.#gadget}/UDC`, "\n");
  }

  /**
   * Waits for one packet from the host.
   *
   * @param at Which of the model's endpoints.
   * @returns `undefined` when the device was unplugged meanwhile.
   */
  async receive(at: number): Promise<Uint8Array | undefined> {
    const packet = Buffer.alloc(BULK_PACKET);
    try {
      const { bytesRead } = await readFrom(this.#file(at), packet, 0, packet.length, null);
      return packet.subarray(0, bytesRead);
    } catch {
      return undefined;
    }
  }

  /**
   * Hands bytes to the host, and waits until it has taken them.
   *
   * @param at Which of the model's endpoints.
   * @param bytes One transfer.
   */
  async send(at: number, bytes: Uint8Array): Promise<void> {
    try {
      await writeTo(this.#file(at), bytes, 0, bytes.length, null);
    } catch {
      // Unplugged: bytes on their way are gone.
    }
  }

  #file(at: number): number {
    const file = this.#endpoints[at];
    if (file === undefined) throw new Error(`the device has no endpoint ${at}`);
    return file;
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
      if (type === EVENT.enable) this.#model.onEnabled();
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
    if (setup.isIn) {
      const answer = this.#model.answer(setup);
      // Doing the opposite of the request makes FunctionFS stall.
      if (answer === undefined) readSync(this.#control, room);
      else writeSync(this.#control, answer.subarray(0, setup.length));
    } else {
      const bytesRead = readSync(this.#control, room);
      this.#model.accept(setup, room.subarray(0, bytesRead));
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
