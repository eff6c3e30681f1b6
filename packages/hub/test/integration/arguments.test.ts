// Nothing goes unheard: every public function refuses every wrong argument, and says what is meant.

import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import * as library from "@anyserial/hub";
import * as capture from "@anyserial/hub/capture";
import * as config from "@anyserial/hub/config";
import * as control from "@anyserial/hub/control";
import * as service from "@anyserial/hub/service";
import { isSerialError } from "anyserial";

/** A value that a parameter must refuse, and the pattern of the hint. */
type Wrong = readonly [value: unknown, hint: RegExp];
type Anything = (...given: unknown[]) => unknown;

interface Parameter {
  readonly good: unknown;
  readonly wrong: readonly Wrong[];
}

const GOOD_CONFIG: library.HubConfig = {
  networks: { n: { members: { a: { process: ["cat"] }, b: { process: ["cat"] } } } },
};

const CONFIG: Parameter = {
  good: GOOD_CONFIG,
  wrong: [
    [undefined, /hub-configuration\.md/],
    [null, /hub-configuration\.md/],
    ["plant.yaml", /await loadHubConfig\(path\)/],
    [{ network: {} }, /did you mean networks/],
    [AbortSignal.abort("unheard"), /hub-configuration\.md/],
  ],
};

const BYTES: Parameter = {
  good: Uint8Array.of(1),
  wrong: [
    ["text", /new TextEncoder\(\)\.encode\(/],
    [undefined, /bytes/],
    [[1], /Uint8Array\.from/],
  ],
};

const FUNCTIONS: Readonly<Record<string, readonly Parameter[]>> = {
  createHub: [
    CONFIG,
    {
      good: {},
      wrong: [
        [null, /directory, onEvent/],
        ["/tmp", /\{ directory: … \}/],
        [() => undefined, /\{ onEvent: … \}/],
        [{ onevent: () => undefined }, /^write onEvent$/],
        [{ onEvent: "x" }, /function/],
        [{ directory: "" }, /empty/],
        [{ networks: {} }, /first argument/],
        [{ signal: AbortSignal.abort("unheard") }, /close\(\)/],
        [AbortSignal.abort("unheard"), /close\(\)/],
      ],
    },
  ],
  defineDevice: [
    {
      good: {},
      wrong: [
        [() => undefined, /\{ onMessage: … \}/],
        [{ onmessage: () => undefined }, /^write onMessage$/],
        [{ onData: () => undefined }, /^write onMessage$/],
        [{ onMessage: "x" }, /function/],
        [undefined, /onMessage/],
      ],
    },
  ],
};

const FILE: Parameter = {
  good: "/nowhere/hub.yaml",
  wrong: [
    [undefined, /variable that it comes from is undefined/],
    ["", /empty/],
    [{ file: "hub.yaml" }, /pass a path/],
  ],
};

const nothing = (): void => undefined;
const SERVICE_OPTIONS = { file: "/nowhere/hub.yaml", onEvent: nothing, onStop: nothing };

/** Functions of the other entries; a text says why a function refuses nothing. */
const OTHERS: Readonly<Record<string, readonly Parameter[] | string>> = {
  loadHubConfig: [FILE],
  checkHubConfig: [
    {
      good: "",
      wrong: [
        [undefined, /loadHubConfig/],
        [{ networks: {} }, /loadHubConfig/],
      ],
    },
    {
      good: {},
      wrong: [
        ["hub.yaml", /\{ file: … \}/],
        [{ folder: "/" }, /leave it out|directory/],
      ],
    },
  ],
  validateHubConfig: [CONFIG, { ...FILE, wrong: FILE.wrong.slice(1) }],
  formatProblem: "it shows what checkHubConfig() returned",
  startHubService: [
    {
      good: SERVICE_OPTIONS,
      wrong: [
        ["hub.yaml", /\{ file: … \}/],
        [{ ...SERVICE_OPTIONS, onevent: nothing }, /^write onEvent$/],
        [{ ...SERVICE_OPTIONS, systemd: process.env }, /boolean/],
        [{ ...SERVICE_OPTIONS, onStop: undefined }, /function/],
        [{ ...SERVICE_OPTIONS, file: undefined }, /undefined/],
        [{ ...SERVICE_OPTIONS, config: {} }, /write file/],
      ],
    },
  ],
  claimDeviceError: "it asks whose error something is",
  healthOf: "it adds up the result of snapshot()",
  callControl: [
    { ...FILE, wrong: FILE.wrong.slice(0, 2) },
    {
      good: "status",
      wrong: [
        ["restart", /status, reload/],
        [undefined, /status, reload/],
      ],
    },
  ],
  controlPathOf: "it names a socket for the command",
  listControlPaths: "a folder that is not there has none",
  runtimeFolder: "it takes an environment, whatever is in it",
  readCapture: [FILE],
  replay: [
    { good: capture.readCapture("/nowhere"), wrong: [["plant.pcapng", /readCapture\(file\)/]] },
    {
      good: { inject: nothing },
      wrong: [
        [nothing, /\{ inject: … \}/],
        [{}, /function/],
        [{ inject: nothing, speed: 0 }, /above 0/],
        [{ inject: nothing, member: "meter" }, /members: \[name\]/],
        [{ inject: nothing, members: "meter" }, /list/],
      ],
    },
  ],
};

const NETWORK: Parameter = {
  good: "n",
  wrong: [
    ["m", /n\/a, n\/b/],
    [undefined, /n\/a/],
  ],
};
const MEMBER: Parameter = {
  good: "a",
  wrong: [
    ["c", /n\/a, n\/b/],
    [undefined, /n\/a/],
  ],
};

const METHODS: Readonly<Record<string, readonly Parameter[]>> = {
  snapshot: [],
  on: [
    {
      good: "event",
      wrong: [
        [undefined, /"event", "traffic" or "lines"/],
        ["events", /"event", "traffic" or "lines"/],
      ],
    },
    {
      good: () => undefined,
      wrong: [
        [undefined, /function/],
        [{ onEvent: 1 }, /function/],
      ],
    },
  ],
  inject: [NETWORK, MEMBER, BYTES],
  setControlLines: [
    NETWORK,
    MEMBER,
    {
      good: {},
      wrong: [
        [{ dts: true }, /write dtr/],
        [{ rts: 1 }, /true or false/],
        [{ breakMs: 0 }, /milliseconds/],
        [{ breakMs: 60_001 }, /milliseconds/],
        [null, /dtr/],
      ],
    },
  ],
  reload: [CONFIG],
  close: [],
};

test("every public function of the hub refuses invalid arguments", async () => {
  equal(sorted(Object.keys(library)), sorted(Object.keys(FUNCTIONS)));
  for (const [name, parameters] of Object.entries(FUNCTIONS)) {
    await expectRefusals(name, Reflect.get(library, name) as Anything, parameters);
  }
});

test("every public function of the other entries refuses invalid arguments", async () => {
  const all = { ...capture, ...config, ...control, ...service };
  const functions = Object.entries(all).filter(([name]) => /^[a-z]/.test(name));

  equal(sorted(functions.map(([name]) => name)), sorted(Object.keys(OTHERS)));
  for (const [name, call] of functions) {
    const parameters = OTHERS[name];
    if (typeof parameters !== "object") continue;
    await expectRefusals(name, call as Anything, parameters);
  }
});

test("new Recorder() refuses invalid arguments", async () => {
  const make = (...given: unknown[]): object =>
    new capture.Recorder(...(given as ConstructorParameters<typeof capture.Recorder>));

  await expectRefusals("Recorder", make, [
    {
      good: { file: "/nowhere/a.pcapng" },
      wrong: [
        ["a.pcapng", /\{ file: … \}/],
        [{ path: "a" }, /leave it out|file/],
        [{}, /undefined/],
      ],
    },
    {
      good: { onError: nothing },
      wrong: [
        [nothing, /\{ onError: … \}/],
        [{}, /function/],
      ],
    },
  ]);
});

test("every method of a hub refuses invalid arguments", async () => {
  await using hub = await library.createHub(GOOD_CONFIG);
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(hub)).filter(
    (name) => !["constructor", "config", "apply"].includes(name), // apply() is not in the type
  );

  equal(sorted(names), sorted(Object.keys(METHODS)));
  for (const [name, parameters] of Object.entries(METHODS)) {
    const method = Reflect.get(hub, name) as Anything;
    equal(method.length, parameters.length, `parameters of ${name}()`);
    await expectRefusals(name, method.bind(hub), parameters);
  }
});

async function expectRefusals(
  name: string,
  call: Anything,
  parameters: readonly Parameter[],
): Promise<void> {
  for (const [at, { wrong }] of parameters.entries()) {
    for (const [value, hint] of wrong) {
      const given = parameters.map(({ good }, index) => (index === at ? value : good));
      const what = `${name}() with ${String(value)} as argument ${at + 1}`;
      const error = await failure(() => call(...given));
      equal(isSerialError(error) && error.name, "ConfigurationError", what);
      equal(isSerialError(error) && error.code, "ERR_INVALID_ARG_VALUE", what);
      match((isSerialError(error) ? error.hint : undefined) ?? "", hint, what);
    }
  }
}

async function failure(call: () => unknown): Promise<unknown> {
  try {
    const result = await (call() as PromiseLike<AsyncDisposable & AsyncIterator<unknown>>);
    if (typeof result?.next === "function") await result.next();
    await result?.[Symbol.asyncDispose]?.();
    return undefined;
  } catch (error) {
    return error;
  }
}

function sorted(names: readonly string[]): string {
  return [...names].sort((a, b) => (a < b ? -1 : 1)).join(", ");
}
