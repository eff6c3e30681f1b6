// An adapter of this program: its ports, and the way to the process that serves it.

import { chmodSync, chownSync } from "node:fs";
import type { AdapterRequest, PluggedIn } from "../adapter-process/messages.ts";
import type { CheckedAccess } from "../backend/emulated-port.ts";
import { type ChipName, type ChipSpec, portsOf } from "../chips/create-chip.ts";
import { isSerialError } from "../errors/errors.ts";
import { noDriver, plugFailed } from "./adapter-failure.ts";
import { type AdapterHost, AdapterPort } from "./adapter-port.ts";
import { AdapterProcess, RequestError } from "./adapter-process.ts";
import { findNodes } from "./find-nodes.ts";

/** How an adapter is plugged in. */
export type Plugging =
  /** Into this machine, by a program and its arguments that run another as root; none where this is root. */
  | { readonly kind: "local"; readonly helper: readonly string[] }
  /** By another machine, which imports it by a name. */
  | { readonly kind: "remote"; readonly busid: string; readonly address: string };

const DRIVERS: Readonly<Record<ChipName, string>> = {
  "cdc-acm": "cdc-acm",
  ft232r: "ftdi_sio",
  ft4232h: "ftdi_sio",
  cp2102: "cp210x",
  cp2102n: "cp210x",
  ch340: "ch341",
  pl2303: "pl2303",
};

/** An adapter. */
export class Adapter implements AdapterHost {
  readonly ports: readonly AdapterPort[];
  readonly chip: ChipName;
  readonly #process: AdapterProcess;
  readonly #plugging: Plugging;
  readonly #number: number;
  #closing: Promise<void> | undefined;

  private constructor(spec: ChipSpec, plugging: Plugging) {
    this.chip = spec.chip;
    this.#plugging = plugging;
    const place = plugging.kind === "remote" ? `${plugging.address}/${plugging.busid}` : "";
    this.ports = Array.from(
      { length: portsOf(spec.chip) },
      (_, port) => new AdapterPort(this, { port }, place),
    );
    this.#process = AdapterProcess.use();
    this.#number = this.#process.register(this.ports);
  }

  /** Makes an adapter and plugs it in. On failure nothing is left. */
  static async create(spec: ChipSpec, plugging: Plugging): Promise<Adapter> {
    const adapter = new Adapter(spec, plugging);
    try {
      const busid = plugging.kind === "remote" ? plugging.busid : "";
      await adapter.request(0, { do: "create", spec, busid });
      await adapter.plug();
      return adapter;
    } catch (error) {
      await adapter.close(0);
      throw error;
    }
  }

  async request(port: number, request: AdapterRequest): Promise<unknown> {
    try {
      return await this.#process.ask({ adapter: this.#number, port }, request);
    } catch (error) {
      if (error instanceof RequestError) throw plugFailed(error.code, error.message);
      throw error;
    }
  }

  sendData(port: number, data: Uint8Array): void {
    this.#process.sendData({ adapter: this.#number, port }, data);
  }

  sendCredit(port: number, bytes: number): void {
    this.#process.sendCredit({ adapter: this.#number, port }, bytes);
  }

  async plug(): Promise<void> {
    if (this.#plugging.kind === "remote") {
      await this.request(0, { do: "export", isExported: true });
      return;
    }
    const { helper } = this.#plugging;
    const { busid } = (await this.request(0, { do: "attach", helper })) as PluggedIn;
    const nodes = await findNodes(busid, this.ports.length);
    if (nodes.length < this.ports.length) {
      await this.unplug();
      throw noDriver(this.chip, DRIVERS[this.chip]);
    }
    for (const [number, port] of this.ports.entries()) port.pluggedAt(nodes[number] as string);
  }

  async unplug(): Promise<void> {
    if (this.#plugging.kind === "remote") {
      await this.request(0, { do: "export", isExported: false });
    }
    await this.request(0, { do: "detach" });
  }

  /** The other ports of a chip end with the first; never rejects. */
  async close(port: number): Promise<void> {
    if (port !== 0) return;
    this.#closing ??= this.#remove();
    await this.#closing;
  }

  kill(): void {
    this.#process.kill();
  }

  setAccess(path: string, { mode, uid, gid }: CheckedAccess): void {
    if (mode !== undefined) chmodSync(path, mode);
    if (uid !== undefined || gid !== undefined) chownSync(path, uid ?? -1, gid ?? -1);
  }

  async #remove(): Promise<void> {
    try {
      await this.request(0, { do: "remove" });
    } catch (error) {
      if (!isSerialError(error)) throw error; // the process has ended, and the adapter with it
    } finally {
      this.#process.unregister(this.#number);
      this.#process.release();
    }
  }
}
