// The macOS backend over a serial port in memory (mac-kernel.ts) and a synthetic I/O registry, its event
// loop woken by the test.

import type { SerialConfigInput, SerialPort } from "anyserial";
import type { BackendPort } from "../../dist/backend/backend.js";
import { createSerialConfig } from "../../dist/config/config.js";
import { createPolicy } from "../../dist/config/unsupported-policy.js";
import { type DarwinAbi, darwinAbi } from "../../dist/darwin/abi.js";
import { createDarwinDiscovery } from "../../dist/darwin/device-discovery.js";
import { darwinPlatform } from "../../dist/darwin/platform.js";
import { openWith } from "../../dist/port/open.js";
import { PosixBackend } from "../../dist/posix/posix-backend.js";
import { KqueuePoller } from "../../dist/posix/readiness/kqueue.js";
import { Registry } from "../../dist/posix/readiness/registry.js";
import { FT232R, machine } from "./io-tree.ts";
import { MacKernel } from "./mac-kernel.ts";
import { SyntheticRegistry } from "./synthetic-registry.ts";

/** Both nodes of the port that the kernel has. */
export const CALLOUT = "/dev/cu.usbserial-A6008isP";
/** The other one. */
export const DIALIN = "/dev/tty.usbserial-A6008isP";

/** A Mac with one FT232R. */
export class Mac {
  readonly kernel: MacKernel;
  readonly registry: SyntheticRegistry;
  readonly abi: DarwinAbi;
  readonly backend: PosixBackend;
  #collect: () => void = () => undefined;

  /** @param cpu `x64` or `arm64`. */
  constructor(cpu: string = "arm64") {
    this.kernel = new MacKernel(cpu);
    this.kernel.nodes.add(CALLOUT).add(DIALIN);
    this.registry = new SyntheticRegistry(machine(FT232R));
    const abi = darwinAbi(cpu);
    if (abi === undefined) throw new Error(`no table for ${cpu}`);
    this.abi = abi;
    const readiness = this.#watchSet();
    const platform = darwinPlatform({ libc: this.kernel, tcdrain: () => 0, abi });
    const discovery = createDarwinDiscovery({
      registry: () => this.registry,
      kqueue: () => this.kernel.kqueue,
      abi,
      readiness,
    });
    const noPtys = (): never => {
      throw new Error("no ptys here");
    };
    const parts = {
      name: "darwin",
      platform,
      readiness,
      discovery,
      openPty: noPtys,
      links: noPtys,
    };
    this.backend = new PosixBackend(parts);
  }

  /** The event loop hears that the queue is readable. */
  wake(): void {
    this.#collect();
  }

  /** Opens the port as an application does. */
  open(config: SerialConfigInput = {}, path: string = CALLOUT): Promise<SerialPort> {
    return openWith(this.backend, { path, info: undefined }, createSerialConfig(config));
  }

  /** Opens the port below the public surface. */
  openBackendPort(config: SerialConfigInput = {}): Promise<BackendPort> {
    const settled = createSerialConfig(config);
    const { onRefusal } = createPolicy(settled.unsupportedPolicy);
    return this.backend.open({ path: CALLOUT, config: settled, onRefusal });
  }

  /** Lines of the trace that begin so. */
  calls(beginning: string): string[] {
    return this.kernel.trace.filter((line) => line.startsWith(beginning));
  }

  #watchSet(): Registry {
    return new Registry({
      mechanism: "libuv",
      lingerMs: 0,
      openPoller: () => new KqueuePoller(this.kernel.kqueue, this.abi.kqueue),
      startWaker: (_poller, onReady) => {
        this.#collect = onReady;
        return { stop: (onStopped) => onStopped() };
      },
    });
  }
}
