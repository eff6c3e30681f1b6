// One adapter in the process that serves them: its chip, the lines of its ports, and the host that has it.

import type { Socket } from "node:net";
import type { Chip } from "../chips/chip.ts";
import { type ChipSpec, createChip } from "../chips/create-chip.ts";
import type { ExportedDevice } from "../usbip/operation-codec.ts";
import { AdapterError } from "./adapter-error.ts";
import type { Frame } from "./frames.ts";
import { type HostStream, serveHost } from "./host-socket.ts";
import { LineBridge } from "./line-bridge.ts";
import type { PluggedIn } from "./messages.ts";
import { attachToKernel } from "./vhci.ts";

/** An adapter. */
export class ServedAdapter implements ExportedDevice {
  readonly busid: string;
  readonly deviceNumber: number;
  readonly model: Chip;
  readonly lines: readonly LineBridge[];
  isExported = false;
  #host: HostStream | undefined;
  #untilGone: (() => Promise<void>) | undefined;
  #isBusy = false;

  /**
   * @param number Number of the adapter in this process.
   * @param options Chip and name for other machines.
   * @param send Sends a frame to the program.
   */
  constructor(
    number: number,
    { spec, busid }: { readonly spec: ChipSpec; readonly busid: string },
    send: (frame: Frame) => void,
  ) {
    this.busid = busid;
    this.deviceNumber = (1 << 16) | (number + 1);
    this.model = createChip(spec);
    this.lines = this.model.uarts.map(
      (uart, port) =>
        new LineBridge(uart, (kind, payload) => send({ kind, port, adapter: number, payload })),
    );
  }

  /** A host has it, or is getting it. */
  get isTaken(): boolean {
    return this.#isBusy || this.#host !== undefined;
  }

  /** Gives it to a host on a stream, until that ends. */
  serve(socket: Socket): HostStream {
    const host = serveHost(socket, this.model, () => {
      if (this.#host === host) this.#setHost(undefined);
    });
    this.#setHost(host);
    return host;
  }

  /** Plugs it into this machine. */
  async attach(helper: readonly string[]): Promise<PluggedIn> {
    if (this.isTaken) throw new AdapterError("EBUSY", "it is plugged in");
    this.#isBusy = true;
    try {
      const { deviceNumber, model } = this;
      const serve = (socket: Socket): HostStream => this.serve(socket);
      const attachment = { deviceNumber, speed: model.speed, helper, serve };
      const { vhciPort, busid, untilGone } = await attachToKernel(attachment);
      this.#untilGone = untilGone;
      return { vhciPort, busid };
    } finally {
      this.#isBusy = false;
    }
  }

  /** Pulls it out, and waits until the kernel of this machine has noticed. */
  async detach(): Promise<void> {
    this.#host?.end();
    const untilGone = this.#untilGone;
    this.#untilGone = undefined;
    await untilGone?.();
  }

  #setHost(host: HostStream | undefined): void {
    const isPlugged = host !== undefined;
    this.#host = host;
    for (const line of this.lines) {
      line.isPlugged = isPlugged;
      line.tell({ event: "plugged", isPlugged });
    }
  }
}
