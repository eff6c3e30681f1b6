import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import {
  type SerialCapabilities,
  type SerialConfig,
  SerialError,
  UnsupportedFeatureError,
} from "anyserial";
import { createSerialConfig } from "../../../dist/config/config.js";
import { type Refusal, Refusals } from "../../../dist/config/refusals.js";
import {
  createPolicy,
  createReporting,
  waiveUnsupported,
} from "../../../dist/config/unsupported-policy.js";
import { createCapabilities, FEATURES, type Feature } from "../../../dist/model/capabilities.js";

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

const rs485: Refusal = { setting: "rs485", error: refusal };

test("createPolicy() stops at a refusal under raise, and leaves it out otherwise", () => {
  const answers = (["raise", "warn", "ignore"] as const).map(
    (name) => createPolicy(name).onRefusal,
  );

  deepEqual(answers, ["stop", "leave-out", "leave-out"]);
});

test("Refusals.add() throws the error itself where a refusal stops", () => {
  const refusals = new Refusals("stop");

  throws(
    () => refusals.add("rs485", refusal),
    (error) => error === refusal,
  );
});

test("createPolicy() reports nothing under ignore", async () => {
  const policy = createPolicy("ignore");

  deepEqual(await warningsOf(() => policy.report([rs485])), []);
});

test("createPolicy() warns once per setting under warn", async () => {
  const policy = createPolicy("warn");

  const warnings = await warningsOf(() => {
    policy.report([rs485]);
    policy.report([
      rs485,
      { setting: "baudRate", error: new SerialError("Cannot set z", { code: "EINVAL" }) },
    ]);
  });

  deepEqual(
    warnings.map(({ name, message, code, detail }) => [name, message, code, detail]),
    [
      [
        "SerialUnsupportedWarning",
        "Cannot set x",
        "ENOTTY",
        "do y (see node_modules/anyserial/docs/troubleshooting.md#capabilities)",
      ],
      ["SerialUnsupportedWarning", "Cannot set z", "EINVAL", undefined],
    ],
  );
});

test("createPolicy() warns for each port by itself", async () => {
  const warnings = await warningsOf(() => {
    createPolicy("warn").report([rs485]);
    createPolicy("warn").report([rs485]);
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

  test(`waiveUnsupported() refuses ${what} without ${feature}`, () => {
    const platform = platformWithout(feature);
    const config = createSerialConfig(asked);

    throws(() => waiveUnsupported({ path: PATH, platform, config }, new Refusals("stop")), {
      name: "UnsupportedFeatureError",
      code: "ERR_SERIAL_UNSUPPORTED",
      message: `Cannot configure port "/dev/ttyS0": ${option} is not available on linux`,
      path: PATH,
      operation: "configure",
    });
  });

  test(`waiveUnsupported() takes ${what} out when ${feature} is waived`, () => {
    const refusals = new Refusals("leave-out");
    const platform = platformWithout(feature);
    const config = createSerialConfig(asked);

    const result = waiveUnsupported({ path: PATH, platform, config }, refusals);

    deepEqual(
      refusals.list.map(({ setting }) => setting),
      [feature],
    );
    deepEqual(result, { ...config, ...left });
    ok(Object.isFrozen(result));
  });

  test(`waiveUnsupported() leaves ${what} to the driver when ${feature} is unknown`, () => {
    const platform = { ...platformWithout(feature), [feature]: "unknown" as const };
    const config = createSerialConfig(asked);

    equal(waiveUnsupported({ path: PATH, platform, config }, new Refusals("stop")), config);
  });
}

test("waiveUnsupported() ignores a missing feature that is not requested", () => {
  const platform = createCapabilities("plan9", "none", {});
  const config = createSerialConfig({ parity: "even", stopBits: 2, controlLines: { dtr: true } });

  equal(waiveUnsupported({ path: PATH, platform, config }, new Refusals("stop")), config);
});

test("createReporting() hands over each refusal, and passes on what the listener throws", () => {
  const seen: string[] = [];
  const policy = createReporting(({ setting }) => {
    seen.push(setting);
    if (setting === "markSpaceParity") throw refusal;
  });

  policy.report([rs485]);

  equal(policy.onRefusal, "leave-out");
  throws(
    () =>
      policy.waive({
        path: PATH,
        platform: platformWithout("markSpaceParity"),
        config: createSerialConfig({ parity: "mark" }),
      }),
    refusal,
  );
  deepEqual(seen, ["rs485", "markSpaceParity"]);
});
