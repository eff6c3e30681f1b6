// QEMU's USB adapter, plugged and unplugged by the host. Its node is found through sysfs, not through the
// library under test.

import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { qmp } from "./host.ts";
import { until } from "./until.ts";

/** QEMU would put a hub in between where it is left to choose, which loses devices now and then. */
const USB_PORTS: Readonly<Record<string, string>> = { left: "1", right: "2" };
const DEVICES = "/sys/bus/usb-serial/devices";

/** An adapter that is plugged in, or was. */
export interface UsbAdapter {
  /** Path of its node while it is plugged in, `/dev/ttyUSB…`. */
  path: string;
  readonly serial: string;
  /** Plugs it in, anew if it is plugged in; its path may be another one then. */
  plug(): Promise<void>;
  /** Pulls it out; returns when the kernel knows. */
  unplug(): Promise<void>;
}

let devices = 0;

/**
 * Plugs an adapter in, until the test ends.
 *
 * @param t The test, or the file.
 * @param channel The host's channel that is its line; each takes one adapter at a time.
 * @param serial Its USB serial number.
 */
export async function plugAdapter(
  t: { readonly after: (run: () => Promise<void>) => void },
  channel: string,
  serial: string = channel.toUpperCase(),
): Promise<UsbAdapter> {
  const adapter = new Adapter(channel, serial);
  t.after(() => adapter.unplug());
  await adapter.plug();
  return adapter;
}

class Adapter implements UsbAdapter {
  path = "";
  readonly serial: string;
  readonly #channel: string;
  #id: string | undefined;

  constructor(channel: string, serial: string) {
    this.#channel = channel;
    this.serial = serial;
  }

  async plug(): Promise<void> {
    await this.unplug();
    const id = `adapter${++devices}`;
    const { serial } = this;
    await until(`QEMU takes the adapter ${serial}`, () => this.#add(id));
    this.#id = id;
    this.path = await until(`the kernel finds the adapter ${serial}`, () => nodeOf(serial));
  }

  async unplug(): Promise<void> {
    if (this.#id === undefined) return;
    const id = this.#id;
    this.#id = undefined;
    await qmp("device_del", { id });
    await until(`the kernel loses the adapter ${this.serial}`, () => !nodeOf(this.serial));
  }

  /** Right after device_del, the channel still counts as in use for a moment. */
  async #add(id: string): Promise<boolean> {
    const chardev = this.#channel;
    const options = { driver: "usb-serial", bus: "usb.0", port: USB_PORTS[chardev] };
    try {
      await qmp("device_add", { ...options, chardev, id, serial: this.serial });
      return true;
    } catch (error) {
      if (/in use/.test(String(error))) return false;
      throw error;
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
