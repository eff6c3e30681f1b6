import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import {
  createSerialConfig,
  type SerialCapabilities,
  type SerialConfig,
  SerialError,
  UnsupportedFeatureError,
} from "anyserial";
import { createCapabilities, FEATURES, type Feature } from "#internal/capabilities.js";
import { createSettle, settleAgainstPlatform } from "#internal/policy.js";

const PATH = "/dev/ttyS0";
const refusal = new UnsupportedFeatureError("Cannot set x", { code: "ENOTTY", hint: "do y" });

/** A platform that has everything but one feature. */
function platformWithout(feature: Feature): SerialCapabilities {
  const known = Object.fromEntries(FEATURES.map((name) => [name, "supported" as const]));
  return createCapabilities("linux", "fake", { ...known, [feature]: "unsupported" });
}

type Warning = Error & { readonly code?: string; readonly detail?: string };

/** Collects the process warnings that a function emits. */
async function warningsOf(run: () => void): Promise<Warning[]> {
  const warnings: Warning[] = [];
  const listener = (warning: Error): unknown => warnings.push(warning);
  process.on("warning", listener);
  run();
  const end = once(process, "warning", { signal: AbortSignal.timeout(5000) });
  process.emitWarning("end of the test", "EndWarning");
  await end;
  while (warnings.at(-1)?.name !== "EndWarning") await once(process, "warning");
  process.off("warning", listener);
  return warnings.slice(0, -1);
}

test("createSettle() throws the error itself under raise", () => {
  const settle = createSettle("raise");

  throws(
    () => settle("rs485", refusal),
    (error) => error === refusal,
  );
});

test("createSettle() does nothing under ignore", async () => {
  const settle = createSettle("ignore");

  deepEqual(await warningsOf(() => settle("rs485", refusal)), []);
});

test("createSettle() warns once per setting under warn", async () => {
  const settle = createSettle("warn");

  const warnings = await warningsOf(() => {
    settle("rs485", refusal);
    settle("rs485", refusal);
    settle("baudRate", new SerialError("Cannot set z", { code: "EINVAL" }));
  });

  deepEqual(
    warnings.map(({ name, message, code, detail }) => [name, message, code, detail]),
    [
      [
        "SerialUnsupportedWarning",
        "Cannot set x",
        "ENOTTY",
        "do y (see docs/troubleshooting.md#capabilities)",
      ],
      ["SerialUnsupportedWarning", "Cannot set z", "EINVAL", undefined],
    ],
  );
});

test("createSettle() warns for each port by itself", async () => {
  const warnings = await warningsOf(() => {
    createSettle("warn")("rs485", refusal);
    createSettle("warn")("rs485", refusal);
  });

  equal(warnings.length, 2);
});

/** A feature, a configuration that needs it, how the message names it, and what is left without. */
type Requirement = readonly [
  feature: Feature,
  asked: Parameters<typeof createSerialConfig>[0],
  option: string,
  left: Partial<SerialConfig>,
];

const REQUIREMENTS: readonly Requirement[] = [
  ["markSpaceParity", { parity: "mark" }, "mark and space parity", { parity: "none" }],
  ["markSpaceParity", { parity: "space" }, "mark and space parity", { parity: "none" }],
  ["onePointFiveStopBits", { stopBits: 1.5 }, "1.5 stop bits", { stopBits: 2 }],
  [
    "xonXoff",
    { flowControl: { xonXoff: true, rtsCts: true } },
    "XON/XOFF flow control",
    { flowControl: { xonXoff: false, rtsCts: true, dtrDsr: false } },
  ],
  [
    "rtsCts",
    { flowControl: { xonXoff: true, rtsCts: true } },
    "RTS/CTS flow control",
    { flowControl: { xonXoff: true, rtsCts: false, dtrDsr: false } },
  ],
  [
    "dtrDsr",
    { flowControl: { dtrDsr: true } },
    "DTR/DSR flow control",
    { flowControl: { xonXoff: false, rtsCts: false, dtrDsr: false } },
  ],
  ["exclusiveAccess", { exclusive: true }, "exclusive access", { exclusive: false }],
  ["lowLatency", { lowLatency: true }, "low latency", { lowLatency: false }],
  ["rs485", { rs485: {} }, "RS-485", { rs485: null }],
];

for (const [feature, asked, option, left] of REQUIREMENTS) {
  const what = JSON.stringify(asked);

  test(`settleAgainstPlatform() refuses ${what} without ${feature}`, () => {
    const platform = platformWithout(feature);
    const config = createSerialConfig(asked);

    throws(
      () => settleAgainstPlatform({ path: PATH, platform, config, settle: createSettle("raise") }),
      {
        name: "UnsupportedFeatureError",
        code: "ERR_SERIAL_UNSUPPORTED",
        message: `Cannot configure port "/dev/ttyS0": ${option} is not available on linux`,
        path: PATH,
        operation: "configure",
      },
    );
  });

  test(`settleAgainstPlatform() takes ${what} out when ${feature} is waived`, () => {
    const settled: string[] = [];
    const config = createSerialConfig(asked);

    const result = settleAgainstPlatform({
      path: PATH,
      platform: platformWithout(feature),
      config,
      settle: (setting) => settled.push(setting),
    });

    deepEqual(settled, [feature]);
    deepEqual(result, { ...config, ...left });
    ok(Object.isFrozen(result));
  });

  test(`settleAgainstPlatform() leaves ${what} to the driver when ${feature} is unknown`, () => {
    const platform = { ...platformWithout(feature), [feature]: "unknown" as const };
    const config = createSerialConfig(asked);

    equal(
      settleAgainstPlatform({ path: PATH, platform, config, settle: createSettle("raise") }),
      config,
    );
  });
}

test("settleAgainstPlatform() does not mind a missing feature that nobody asks for", () => {
  const platform = createCapabilities("plan9", "none", {});
  const config = createSerialConfig({ parity: "even", stopBits: 2, controlLines: { dtr: true } });

  equal(
    settleAgainstPlatform({ path: PATH, platform, config, settle: createSettle("raise") }),
    config,
  );
});
