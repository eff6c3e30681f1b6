// QEMU's USB adapter, plugged and unplugged by the host. Its node is found through sysfs, not through the
// library under test.

import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { until } from "@anyserial/test-support/until";
import { qmp } from "./host.ts";

/** QEMU would put a hub in between where it is left to choose, which loses devices now and then. */
const USB_PORTS = { left: "1", right: "2" };
const DEVICES = "/sys/bus/usb-serial/devices";

/** An adapter that is plugged in, or was. */
export interface UsbAdapter {
  /** Path of its node while it is plugged in, `/dev/ttyUSB…`. */
  path: string;
  readonly serial: string;
  readonly isPlugged: boolean;
  /** Plugs it in, after it was unplugged; its path may be another one then. */
  plug(): Promise<void>;
  /** Pulls it out; returns when the kernel knows. */
  unplug(): Promise<void>;
}

/** Where an adapter is plugged in. */
export interface UsbSocket {
  /** The host's channel that is its line; each takes one adapter at a time. */
  readonly channel: "left" | "right";
  /** Its USB serial number. */
  readonly serial?: string;
  /**
   * The controller; "ohci" where it receives more than a packet.
   * @defaultValue "uhci"
   */
  readonly controller?: "uhci" | "ohci";
}

/**
 * Plugs an adapter in, until the test ends.
 *
 * @param t The test, or the file.
 * @param socket Where.
 */
export async function plugAdapter(
  t: { readonly after: (run: () => Promise<void>) => void },
  socket: UsbSocket,
): Promise<UsbAdapter> {
  const adapter = new Adapter(socket);
  t.after(() => adapter.unplug());
  await adapter.plug();
  return adapter;
}

class Adapter implements UsbAdapter {
  path = "";
  isPlugged = false;
  readonly serial: string;
  readonly #channel: "left" | "right";
  readonly #controller: "uhci" | "ohci";

  constructor({ channel, serial = channel.toUpperCase(), controller = "uhci" }: UsbSocket) {
    this.#channel = channel;
    this.#controller = controller;
    this.serial = serial;
  }

  async plug(): Promise<void> {
    const { serial } = this;
    await until(`QEMU takes the adapter ${serial}`, () => this.#add());
    this.isPlugged = true;
    this.path = await until(`the kernel finds the adapter ${serial}`, () => nodeOf(serial));
  }

  async unplug(): Promise<void> {
    if (!this.isPlugged) return;
    this.isPlugged = false;
    await qmp("device_del", { id: this.#channel });
    await until(`the kernel loses the adapter ${this.serial}`, () => !nodeOf(this.serial));
  }

  async #add(): Promise<boolean> {
    const chardev = this.#channel;
    const where = { bus: `${this.#controller}.0`, port: USB_PORTS[chardev] };
    const { serial } = this;
    try {
      await qmp("device_add", { driver: "usb-serial", ...where, chardev, id: chardev, serial });
      return true;
    } catch (error) {
      // Right after device_del, the channel still counts as in use for a moment.
      if (/in use/.test(String(error))) return false;
      // Devices that an aborted test file left plugged in.
      if (!/Duplicate device/.test(String(error))) throw error;
      await qmp("device_del", { id: chardev });
      return false;
    }
  }
}

/** The path of the node of the adapter with a serial number. */
function nodeOf(serial: string): string | undefined {
  const name = readdirSync(DEVICES).find((device) => serialOf(device) === serial);
  return name && `/dev/${name}`;
}

function serialOf(device: string): string | undefined {
  try {
    return readFileSync(`${realpathSync(`${DEVICES}/${device}`)}/../../serial`, "utf8").trim();
  } catch {
    return undefined; // it went meanwhile
  }
}
