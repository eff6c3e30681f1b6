// createHub() and the file use one table: a value that is wrong in one is wrong in the other, and
// every number is tested at its extremes.

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { checkHubConfig, HubConfigError, validateHubConfig } from "@anyserial/hub/config";
import { CLUSTER_FIELDS, CLUSTER_TLS_FIELDS } from "../../../dist/config/cluster.js";
import { defaultsOf } from "../../../dist/config/defaults.js";
import { TCP_CONNECT_FIELDS, TCP_LISTEN_FIELDS } from "../../../dist/config/endpoints.js";
import {
  CAPTURE_FIELDS,
  MEMBER_COMMON,
  memberKinds,
  NETWORK_FIELDS,
  SHARED_FIELDS,
} from "../../../dist/config/fields.js";
import { KINDS_OF, NEEDED } from "../../../dist/config/framing.js";
import { FRAMING_FIELDS } from "../../../dist/config/framing-fields.js";
import type { Field, Fields } from "../../../dist/config/readers.js";
import { ValueNode } from "../../../dist/config/value-node.js";

function fieldsOf(value: unknown): readonly string[] {
  try {
    validateHubConfig(value, "/nowhere");
    return [];
  } catch (error) {
    ok(error instanceof HubConfigError);
    return error.problems.map(({ field }) => field);
  }
}

function network(fields: object): object {
  return {
    networks: { net: { members: { a: { port: "/x/a" }, b: { port: "/x/b" } }, ...fields } },
  };
}

function member(fields: object): object {
  return { networks: { net: { members: { a: fields } } } };
}

test("validateHubConfig() names the field that is wrong", () => {
  const wrong: readonly [object, string][] = [
    [network({ topology: "ring" }), "networks.net.topology"],
    [network({ framing: "words" }), "networks.net.framing"],
    [network({ framing: { kind: "line", maxMessage: 70_000 } }), "networks.net.framing.maxMessage"],
    [network({ framing: { kind: "idle-gap", gapMs: 0 } }), "networks.net.framing.gapMs"],
    [network({ framing: { kind: "line", gapMs: 5 } }), "networks.net.framing.gapMs"],
    [network({ queue: 0 }), "networks.net.queue"],
    [network({ queu: 10 }), "networks.net.queu"],
    [network({ topology: "pair", members: { a: { port: "/x/a" } } }), "networks.net.members"],
    [member({ port: "/x", dropRate: 2 }), "networks.net.members.a.dropRate"],
    [member({ port: "/x", overflw: "disconnect" }), "networks.net.members.a.overflw"],
    [member({ port: "" }), "networks.net.members.a.port"],
    [member({ port: "/x", mode: "0999" }), "networks.net.members.a.mode"],
    [member({}), "networks.net.members.a"],
    [member({ port: "/x", serial: "/y" }), "networks.net.members.a"],
    [member({ serial: "/y", parity: "evn" }), "networks.net.members.a.parity"],
    [member({ tcp: { connect: "nowhere" } }), "networks.net.members.a.tcp.connect"],
    [member({ process: [] }), "networks.net.members.a.process"],
    [member({ process: ["x", true] }), "networks.net.members.a.process[1]"],
    [{ ...network({}), capture: { keep: 1 } }, "capture.file"],
    [{ ...network({}), listen: { http: "0.0.0.0:1" } }, "listen.http"],
    [{ ...network({}), listne: {} }, "listne"],
  ];
  for (const [config, field] of wrong) deepEqual(fieldsOf(config), [field]);
});

test("validateHubConfig() finds the same in an object as checkHubConfig() in its JSON", () => {
  const config = {
    networks: {
      net: { topology: "ring", qeueu: 1, members: { a: { port: "", seed: 1.5 }, "b c": 7 } },
    },
    listen: { allowRemote: "yes" },
  };
  const { problems } = checkHubConfig(JSON.stringify(config), { directory: "/nowhere" });

  deepEqual(new Set(fieldsOf(config)), new Set(problems.map(({ field }) => field)));
  equal(problems.length, 7);
});

test("validateHubConfig() takes a property that is undefined for an absent one", () => {
  const config = network({ queue: undefined, framing: undefined });

  deepEqual(validateHubConfig(config), network({}));
});

test("validateHubConfig() returns a copy, so that a later change of the object changes nothing", () => {
  const device = new URL(import.meta.url).pathname;
  const options = { rates: [1, 2] };
  const config = member({ device, options });

  const valid = validateHubConfig(config);
  options.rates.push(3);

  deepEqual(valid, member({ device, options: { rates: [1, 2] } }));
});

const CLUSTER = { name: "a", servers: ["nats://127.0.0.1:4222"] };
const OWN_FIELDS = Object.fromEntries(
  Object.entries(NETWORK_FIELDS).filter(([name]) => !Object.hasOwn(SHARED_FIELDS, name)),
);
/** Where a field of each table stands in a configuration. */
const SETTERS: readonly (readonly [Fields, (name: string, value: unknown) => object])[] = [
  [OWN_FIELDS, (name, value) => network({ [name]: value })],
  [
    SHARED_FIELDS,
    (name, value) => ({ ...network({ shared: "durable", [name]: value }), cluster: CLUSTER }),
  ],
  [CLUSTER_FIELDS, (name, value) => ({ ...network({}), cluster: { ...CLUSTER, [name]: value } })],
  [
    CLUSTER_TLS_FIELDS,
    (name, value) => ({
      ...network({}),
      cluster: { name: "a", servers: ["tls://x:1"], tls: { [name]: value } },
    }),
  ],
  [MEMBER_COMMON, (name, value) => member({ port: "/x", [name]: value })],
  [memberKinds("/").port, (name, value) => member({ port: "/x", [name]: value })],
  [memberKinds("/").serial, (name, value) => member({ serial: "/x", [name]: value })],
  [FRAMING_FIELDS, (name, value) => network({ framing: { ...framingWith(name), [name]: value } })],
  [TCP_LISTEN_FIELDS, (name, value) => member({ tcp: { listen: "[::1]:0", [name]: value } })],
  [TCP_CONNECT_FIELDS, (name, value) => member({ tcp: { connect: "x:1", [name]: value } })],
  [CAPTURE_FIELDS, (name, value) => ({ ...network({}), capture: { file: "x", [name]: value } })],
];

/** A framing that has a parameter, with all that its kind needs. */
function framingWith(parameter: string): object {
  const [kind = "line"] = KINDS_OF[parameter] ?? [];
  const needed = (NEEDED[kind] ?? []).map((name, index) => [name, index + 1]);
  return { kind, ...Object.fromEntries(needed) };
}

const NUMERIC: readonly (readonly [string, (name: string, value: unknown) => object])[] =
  SETTERS.flatMap(([fields, set]) =>
    Object.entries(fields)
      .filter(([, field]) => isNumeric(field))
      .map(([name]) => [name, set] as const),
  );

/** A field is numeric if its reader takes some number. */
function isNumeric({ reader }: Field): boolean {
  const source = { file: undefined, problems: [] };
  return [0, 1, 2, 5, 20_000, 65_536].some(
    (value) => reader.read(new ValueNode(source, value, "")) !== undefined,
  );
}

test("validateHubConfig() refuses numbers beyond every bound, in every field that takes numbers", () => {
  const extremes = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -1,
    1e308,
    1e-9,
  ];
  const fractions = ["latencyMs", "jitterMs", "bitErrorRate", "dropRate"];
  const texts = ["delimiter", "start", "end"];

  equal(NUMERIC.length, 39);
  for (const [name, set] of NUMERIC) {
    for (const value of [...extremes, "1e308", `${"9".repeat(400)}`, 10n, Symbol("x")]) {
      const isFine =
        (value === 1e-9 && fractions.includes(name)) ||
        (value === "1e308" && texts.includes(name)) ||
        (value === -1 && name === "plus");
      equal(fieldsOf(set(name, value)).length, isFine ? 0 : 1, `${name} ${String(value)}`);
    }
  }
});

test("validateHubConfig() returns 0 for -0, which would end the process as a file mode", () => {
  const { networks } = validateHubConfig(member({ port: "/x", mode: -0, owner: -0, seed: -0 }));

  for (const name of ["mode", "owner", "seed"]) {
    ok(Object.is(Reflect.get(networks["net"]?.members["a"] ?? {}, name), 0), name);
  }
});

test("validateHubConfig() survives objects that no file can hold", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic["networks"] = { net: cyclic };
  const throwing = {
    members: { a: { port: "/x/a" } },
    get queue(): never {
      throw new Error("no");
    },
  };
  const device = new URL(import.meta.url).pathname;
  const circle: Record<string, unknown> = { device };
  circle["options"] = circle;
  const many = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`m${index}`, { device, options: { a: 1 } }]),
  );

  for (const value of [undefined, null, 7, "x", [], () => 1, Symbol("x"), 10n, new Map()]) {
    deepEqual(fieldsOf(value), [""], String(value));
  }
  ok(fieldsOf(cyclic).length > 0);
  deepEqual(fieldsOf(member({ port: "/x", ...Object.create(null) })), []);
  deepEqual(fieldsOf({ networks: { net: throwing } }), ["networks.net.queue"]);
  deepEqual(fieldsOf(member(circle)), ["networks.net.members.a.options"]);
  deepEqual(fieldsOf(member({ process: new Array(1e9) })), ["networks.net.members.a.process"]);
  deepEqual(fieldsOf({ networks: { net: { members: many } } }), []);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  throws(() => validateHubConfig(proxy), { name: "ConfigurationError" });
});

test("every default of the table is a value that the table allows", () => {
  for (const [fields] of SETTERS) {
    for (const [name, { reader, default: given }] of Object.entries(fields)) {
      const source = { file: undefined, problems: [] };
      const read =
        given === undefined ? undefined : reader.read(new ValueNode(source, given, name));
      equal(read === undefined, given === undefined, name);
      deepEqual(source.problems, []);
    }
  }
  equal(defaultsOf(MEMBER_COMMON).queue, 65_536);
});
