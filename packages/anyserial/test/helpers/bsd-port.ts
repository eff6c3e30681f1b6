// A BSD backend over the kernel in memory (bsd-kernel.ts), its event loop woken by the test.

import type { SerialConfigInput, SerialPort } from "anyserial";
import type { BackendPort } from "../../dist/backend/backend.js";
import { bsdAbi } from "../../dist/bsd/abi.js";
import { createBsdDiscovery } from "../../dist/bsd/backend.js";
import { bsdPlatform } from "../../dist/bsd/platform.js";
import type { BsdVariant } from "../../dist/bsd/variant.js";
import { createSerialConfig } from "../../dist/config/config.js";
import { createPolicy } from "../../dist/config/unsupported-policy.js";
import { openWith } from "../../dist/port/open.js";
import type { BsdFamilyAbi } from "../../dist/posix/bsd-abi.js";
import { PosixBackend } from "../../dist/posix/posix-backend.js";
import { KqueuePoller } from "../../dist/posix/readiness/kqueue.js";
import { Registry } from "../../dist/posix/readiness/registry.js";
import { BSD_TARGETS } from "./bsd-facts.ts";
import { BsdKernel } from "./bsd-kernel.ts";

/** The four systems, each on each of its CPUs. */
export const FOUR_SYSTEMS: readonly string[] = BSD_TARGETS.filter(
  (target) => !target.startsWith("darwin"),
);

/** Path of the port that the kernel has. */
export const PATH = "/dev/cuaU0";

/** A system with one port. */
export class BsdMachine {
  readonly kernel: BsdKernel;
  readonly backend: PosixBackend;
  readonly abi: BsdFamilyAbi;
  #collect: () => void = () => undefined;

  /**
   * @param target System and CPU: `freebsd-x64`, …
   * @param gonePollMs How often an open port is looked at where its end has no event.
   */
  constructor(target: string, gonePollMs?: number) {
    this.kernel = new BsdKernel(target);
    this.kernel.nodes.add(PATH);
    const variant = this.kernel.facts.system as BsdVariant; // as the fixture names them
    const abi = bsdAbi(variant, this.kernel.facts.cpu);
    if (abi === undefined) throw new Error(`no table for ${target}`);
    this.abi = abi;
    const libc = this.kernel;
    const readiness = this.#watchSet();
    const kqueue = (): BsdKernel["kqueue"] => this.kernel.kqueue;
    const look = gonePollMs === undefined ? {} : { gonePollMs };
    const platform = bsdPlatform({ variant, libc, tcdrain: () => 0, abi, ...look });
    const discovery = createBsdDiscovery({ variant, abi, libc, readiness, kqueue });
    this.backend = new PosixBackend({ name: "bsd", platform, readiness, discovery });
  }

  /** The event loop hears that the queue is readable. */
  wake(): void {
    this.#collect();
  }

  /** Opens the port as an application does. */
  open(config: SerialConfigInput = {}): Promise<SerialPort> {
    return openWith(this.backend, { path: PATH, info: undefined }, createSerialConfig(config));
  }

  /** Opens the port below the public surface. */
  openBackendPort(config: SerialConfigInput = {}): Promise<BackendPort> {
    const settled = createSerialConfig(config);
    const { onRefusal } = createPolicy(settled.unsupportedPolicy);
    return this.backend.open({ path: PATH, config: settled, onRefusal });
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
