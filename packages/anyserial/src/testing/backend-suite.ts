// backendSuite(): the promises of SerialPort, and of the backend contract below it, as tests over a
// connected pair of ports. Whoever writes a backend runs it. It is given node:test's `test`, so that
// this module loads no test runner.

import type { SerialConfigInput } from "../config.ts";
import { closeCases } from "./suite-close.ts";
import { configureCases } from "./suite-configure.ts";
import { disconnectCases } from "./suite-disconnect.ts";
import { errorCases } from "./suite-errors.ts";
import { inputCases } from "./suite-input.ts";
import { lineCases } from "./suite-lines.ts";
import { markCases } from "./suite-marks.ts";
import type { SuiteCase, SuitePair, SuiteTrait } from "./suite-pair.ts";
import { readerCases } from "./suite-readers.ts";
import { receiveCases } from "./suite-receive.ts";
import { sendCases } from "./suite-send.ts";
import { streamCases } from "./suite-streams.ts";
import { transferCases } from "./suite-transfer.ts";

/** `test` of node:test, as far as it is used. */
export type SuiteTest = (
  name: string,
  options: {
    readonly skip: string | false;
    /** In milliseconds. */
    readonly timeout: number;
  },
  run: () => Promise<void>,
) => unknown;

/** What the suite is run on. */
export interface BackendSuiteOptions {
  /** `test` of node:test. */
  readonly test: SuiteTest;
  /** Begins the name of every test. */
  readonly name: string;
  /**
   * Opens two connected ports; the suite closes them.
   *
   * @param config Settings of each port that differ from the defaults.
   */
  readonly makePair: (config: {
    readonly a: SerialConfigInput;
    readonly b: SerialConfigInput;
  }) => Promise<SuitePair>;
  /** What the pair cannot do, with the reason: tests that need it are skipped visibly. */
  readonly missing?: Partial<Record<SuiteTrait, string>> | undefined;
  /**
   * More bytes than the system queues between the two ports: a send of these waits for the reader.
   * @defaultValue 1 MiB
   */
  readonly moreThanFits?: number | undefined;
  /** Why there is no such pair at all on this system: every test is skipped. */
  readonly skip?: string | undefined;
}

/** A test that takes longer hangs, in milliseconds. */
const TEST_TIMEOUT_MS = 30_000;

const MORE_THAN_FITS = 1024 * 1024;

const CASES: readonly SuiteCase[] = [
  ...receiveCases,
  ...inputCases,
  ...sendCases,
  ...closeCases,
  ...disconnectCases,
  ...configureCases,
  ...lineCases,
  ...errorCases,
  ...markCases,
  ...readerCases,
  ...streamCases,
  ...transferCases,
];

/**
 * Registers the conformance tests.
 *
 * @param options What to run them on.
 * @example
 * ```ts
 * import { test } from "node:test";
 * import { backendSuite, serialPortPair } from "anyserial/testing";
 *
 * backendSuite({
 *   test,
 *   name: "memory",
 *   makePair: async ({ a, b }) => {
 *     const pair = await serialPortPair({ a: { config: a }, b: { config: b } });
 *     return { a: pair.a, b: pair.b, hooks: pair.hooks.a };
 *   },
 *   missing: { refusal: "this driver takes every setting" },
 * });
 * ```
 */
export function backendSuite(options: BackendSuiteOptions): void {
  const { test, name, makePair, missing = {}, moreThanFits = MORE_THAN_FITS } = options;
  for (const { name: promise, needs = [], config, run } of CASES) {
    const reasons = needs.map((trait) => missing[trait]).filter((reason) => reason !== undefined);
    const skip = options.skip ?? reasons[0] ?? false;
    test(`${name}: ${promise}`, { skip, timeout: TEST_TIMEOUT_MS }, async () => {
      const pair = await makePair({ a: config?.a ?? {}, b: config?.b ?? {} });
      try {
        await run({ ...pair, moreThanFits });
      } finally {
        await Promise.all([pair.a.close(), pair.b.close()]);
        await pair.close?.();
      }
    });
  }
}
