// A BSD backend over the kernel in memory (bsd-kernel.ts), its event loop woken by the test.

import type { SerialConfigInput, SerialPort } from "anyserial";
import type { BackendPort } from "#internal/backend/backend.js";
import { bsdAbi } from "#internal/bsd/abi.js";
import { BsdBackend, createBsdDiscovery } from "#internal/bsd/backend.js";
import { bsdPlatform } from "#internal/bsd/platform.js";
import type { BsdVariant } from "#internal/bsd/variant.js";
import { createSerialConfig } from "#internal/config.js";
import { openWith } from "#internal/open.js";
import { createSettle } from "#internal/policy.js";
import type { BsdFamilyAbi } from "#internal/posix/bsd-abi.js";
import { KqueuePoller } from "#internal/posix/readiness/kqueue.js";
import { WatchSet } from "#internal/posix/readiness/watch-set.js";
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
  readonly backend: BsdBackend;
  readonly abi: BsdFamilyAbi;
  #collect: () => void = () => undefined;

  /**
   * @param target System and CPU: `freebsd-x64`, …
   * @param goneLookMs How often an open port is looked at where its end has no event.
   */
  constructor(target: string, goneLookMs?: number) {
    this.kernel = new BsdKernel(target);
    this.kernel.nodes.add(PATH);
    const variant = this.kernel.facts.system as BsdVariant; // as the fixture names them
    const abi = bsdAbi(variant, this.kernel.facts.cpu);
    if (abi === undefined) throw new Error(`no table for ${target}`);
    this.abi = abi;
    const libc = this.kernel;
    const readiness = this.#watchSet();
    const kqueue = (): BsdKernel["kqueue"] => this.kernel.kqueue;
    const look = goneLookMs === undefined ? {} : { goneLookMs };
    const platform = bsdPlatform({ variant, libc, tcdrain: () => 0, abi, ...look });
    const discovery = createBsdDiscovery({ variant, abi, libc, readiness, kqueue });
    this.backend = new BsdBackend({ platform, readiness, discovery });
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
    const settle = createSettle(settled.unsupportedPolicy);
    return this.backend.open({ path: PATH, config: settled, settle });
  }

  /** Lines of the trace that begin so. */
  calls(beginning: string): string[] {
    return this.kernel.trace.filter((line) => line.startsWith(beginning));
  }

  #watchSet(): WatchSet {
    return new WatchSet({
      mechanism: "libuv",
      lingerMs: 0,
      openPoller: () => new KqueuePoller(this.kernel.kqueue, this.abi.kqueue),
      startWaker: (_poller, onReady) => {
        this.#collect = onReady;
        let kept: NodeJS.Timeout | undefined;
        const setAlive = (alive: boolean): void => {
          clearInterval(kept);
          kept = alive ? setInterval(() => undefined, 0x7fff_ffff) : undefined;
        };
        return { setAlive, stop: (onStopped) => onStopped() };
      },
    });
  }
}
