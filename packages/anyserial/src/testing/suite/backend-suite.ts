// backendSuite(): the promises of SerialPort, and of the backend contract below it, as tests over a
// connected pair of ports. The author of a backend runs it. It is given node:test's `test`, so that
// this module loads no test runner.

import { checkOptions, type OptionSpec } from "../../arguments/options.ts";
import { byteCount, invalid } from "../../arguments/validate.ts";
import type { SerialConfigInput } from "../../config/config.ts";
import type { SerialPort } from "../../port/serial-port.ts";
import { closeCases } from "./close.ts";
import { configureCases } from "./configure.ts";
import { disconnectCases } from "./disconnect.ts";
import { errorCases } from "./errors.ts";
import { inputCases } from "./input.ts";
import { lineCases } from "./lines.ts";
import { markRuleCases } from "./mark-rules.ts";
import { markCases } from "./marks.ts";
import { memoryCases } from "./memory.ts";
import type { SuiteCase, SuitePair, SuiteTrait } from "./pair.ts";
import { readerCases } from "./readers.ts";
import { receiveCases } from "./receive.ts";
import { sendCases } from "./send.ts";
import { streamCases } from "./streams.ts";
import { transferCases } from "./transfer.ts";

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

/** Subject of the suite. */
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
  /**
   * Opens a port a second time, by its path, while it is open; the suite closes it.
   *
   * @param path Path of one of the two ports.
   * @param config Settings that differ from the defaults.
   * @defaultValue a port is opened once at a time
   */
  readonly openAgain?:
    | ((path: string, config: SerialConfigInput) => Promise<SerialPort>)
    | undefined;
  /** Missing features of the pair, with the reason: tests that need them are skipped visibly. */
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
  ...memoryCases,
  ...inputCases,
  ...sendCases,
  ...closeCases,
  ...disconnectCases,
  ...configureCases,
  ...lineCases,
  ...errorCases,
  ...markCases,
  ...markRuleCases,
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
 * import { serialPortPair } from "anyserial/testing";
 * import { backendSuite } from "anyserial/testing/conformance";
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
  check(options);
  const { test, name, makePair, moreThanFits = MORE_THAN_FITS, openAgain = once } = options;
  const missing = openAgain === once ? { openAgain: ONCE, ...options.missing } : options.missing;
  for (const { name: promise, needs = [], config, run } of CASES) {
    const reasons = needs.map((trait) => missing?.[trait]).filter((reason) => reason !== undefined);
    const skip = options.skip ?? reasons[0] ?? false;
    test(`${name}: ${promise}`, { skip, timeout: TEST_TIMEOUT_MS }, async () => {
      const pair = await makePair({ a: config?.a ?? {}, b: config?.b ?? {} });
      try {
        const again = (settings: SerialConfigInput) => openAgain(pair.b.path, settings);
        await run({ ...pair, moreThanFits, openAgain: again });
      } finally {
        await Promise.all([pair.a.close(), pair.b.close()]);
        await pair.close?.();
      }
    });
  }
}

const SUITE: OptionSpec = {
  known: ["test", "name", "makePair", "openAgain", "missing", "moreThanFits", "skip"],
};

const ONCE = "its ports are opened once at a time";

async function once(): Promise<never> {
  throw new Error(ONCE);
}

function check(options: BackendSuiteOptions): void {
  checkOptions(options, SUITE);
  const { test, makePair, openAgain, name, moreThanFits } = options;
  if (typeof test !== "function") throw invalid("test", test, "test() of node:test");
  if (typeof makePair !== "function") throw invalid("makePair", makePair, "a function");
  if (openAgain !== undefined && typeof openAgain !== "function") {
    throw invalid("openAgain", openAgain, "a function");
  }
  if (typeof name !== "string") throw invalid("name", name, "a text");
  byteCount("moreThanFits", moreThanFits);
}
