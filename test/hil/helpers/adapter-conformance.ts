// The conformance suite over two emulated adapters of a chip, with a null-modem cable between them.

import { after, test } from "node:test";
import { openSerialPort, type SerialConfigInput } from "anyserial";
import { type ChipName, createVirtualAdapter, type VirtualAdapter } from "anyserial/adapter";
import { type BackendSuiteOptions, backendSuite } from "anyserial/testing/conformance";
import { joinAdapters } from "./adapter-cable.ts";

/** What is known of a chip and its driver. */
export interface PairTraits {
  readonly missing: BackendSuiteOptions["missing"];
  /** More bytes than two windows of the serving process, the driver's queues and the terminals hold. */
  readonly moreThanFits: number;
  /** Settings of every port, where a test does not name them. */
  readonly config?: SerialConfigInput;
  /** A setting that the driver takes and reads back as another one. */
  readonly refusedConfig?: SerialConfigInput;
}

const EVERY_ADAPTER = {
  wholeOutputQueue: "the chip takes transfers ahead",
  discardOutput: "the drivers of USB adapters cannot discard output",
} as const;

/**
 * Runs the suite.
 *
 * @param chip Of both ends.
 * @param traits Of the chip and its driver.
 */
export async function adapterConformance(chip: ChipName, traits: PairTraits): Promise<void> {
  const ends = [
    await createVirtualAdapter({ chip, serialNumber: "PAIR-A" }),
    await createVirtualAdapter({ chip, serialNumber: "PAIR-B" }),
  ] as const;
  after(() => Promise.all(ends.map((end) => end.close())));
  await joinAdapters(...ends);
  const [a, b] = ends;
  backendSuite({
    test,
    name: `two ${chip}`,
    moreThanFits: traits.moreThanFits,
    missing: { ...EVERY_ADAPTER, ...traits.missing },
    makePair: async (config) => ({
      a: await openSerialPort(a.path, { ...traits.config, ...config.a }),
      b: await openSerialPort(b.path, { ...traits.config, ...config.b }),
      hooks: {
        disconnect: () => a.unplug(),
        injectError: (kind, byte) => a.inject({ kind, byte }),
        setRing: (ri) => a.setModemLines({ ri }),
      },
      refusedConfig: traits.refusedConfig,
      close: () => restore(a, b),
    }),
  });
}

/** For the next test: both plugged in, no ring, and nobody has them open. */
async function restore(a: VirtualAdapter, b: VirtualAdapter): Promise<void> {
  if (!a.isPlugged) await a.plug();
  await a.setModemLines({ ri: false });
  for (const end of [a, b]) {
    while (end.applicationOpen) await new Promise((resolve) => setImmediate(resolve));
    end.discardUnread();
  }
}
