// The cluster section, and the fields of networks that are shared: what is refused, where, and what is not shown.

import { deepEqual, doesNotMatch, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import {
  checkHubConfig,
  formatProblem,
  HubConfigError,
  validateHubConfig,
} from "@anyserial/hub/config";
import { planHub } from "../../../dist/engine/plan.js";

const SERVERS = ["nats://127.0.0.1:4222"];
const MEMBERS = { a: { port: "/x/a" }, b: { port: "/x/b" } };

function config(network: object, cluster: object | null = {}): object {
  return {
    networks: { net: { members: MEMBERS, ...network } },
    ...(cluster !== null && { cluster: { name: "gateway-1", servers: SERVERS, ...cluster } }),
  };
}

function problemsOf(value: unknown): readonly string[] {
  try {
    validateHubConfig(value, "/nowhere");
    return [];
  } catch (error) {
    ok(error instanceof HubConfigError);
    return error.problems.map(({ field, reason }) => `${field} ${reason}`);
  }
}

test("validateHubConfig() takes a cluster and networks that are shared", () => {
  const good: readonly object[] = [
    config({}),
    config({ shared: "live" }),
    config({ shared: "durable", spool: "1MiB", retainMs: "2h", retainBytes: "1GiB", replicas: 3 }),
    config({ shared: "durable", order: "total", onPartition: "local", storage: "memory" }),
    config({ shared: "live", topology: "pair", members: { a: { port: "/x/a" } } }),
    config({ shared: "live" }, { servers: ["tls://nats-1:4222", "tls://[fd00::1]:4222"] }),
    config({ shared: "live" }, { servers: ["nats://nats-1:4222"], allowPlain: true }),
    config({}, { user: "hub", passwordFile: "password" }),
    config(
      {},
      { servers: ["tls://nats-1:4222"], tls: { ca: "ca.pem", cert: "c.pem", key: "k.pem" } },
    ),
  ];

  for (const one of good) deepEqual(problemsOf(one), []);
});

test("validateHubConfig() refuses clusters that cannot work, or are not safe", () => {
  const wrong: readonly (readonly [object, string])[] = [
    [config({ shared: "live" }, null), "networks.net.shared needs a cluster section"],
    [config({ shared: "always" }), "networks.net.shared is not allowed: give live or durable"],
    [config({ shared: "live", spool: "1MiB" }), "networks.net.spool is for shared: durable"],
    [config({ retainMs: "1h" }), "networks.net.retainMs is for shared: durable"],
    [
      config({ shared: "durable", onPartition: "local" }),
      "networks.net.onPartition is for order: total: with order: sender, local members always go on",
    ],
    [
      config({ shared: "live", topology: "tap" }),
      "networks.net.topology tap has no first two members over several hubs: give pair, and role: tap to others",
    ],
    [
      config({ shared: "live", topology: "pair", members: { ...MEMBERS, c: { port: "/x/c" } } }),
      "networks.net.members has 3 members that are no taps: a pair has two, on all hubs together",
    ],
    [
      config({}, { name: "a.b" }),
      "cluster.name is not allowed: give letters, digits, _ and -, at most 64, a letter or digit first",
    ],
    [
      config({}, { servers: [] }),
      "cluster.servers is not allowed: give a list of addresses such as tls://nats-1:4222",
    ],
    [
      config({}, { servers: ["nats-1:4222"] }),
      "cluster.servers[0] is not allowed: give an address such as tls://nats-1:4222",
    ],
    [
      config({}, { servers: ["nats://nats-1:4222"] }),
      "cluster.servers has a server on another machine without encryption: give tls://",
    ],
    [
      config({}, { servers: [...SERVERS, "tls://nats-1:4222"] }),
      "cluster.servers has tls:// and nats://: give one of them for all servers",
    ],
    [config({}, { tls: { ca: "ca.pem" } }), "cluster.tls is for tls:// servers"],
    [config({}, { user: "hub" }), "cluster.passwordFile is missing: user needs it"],
    [config({}, { nkey: "a", tokenFile: "b" }), "cluster has nkey or tokenFile: give one of them"],
    [
      config({}, { servers: ["tls://nats-1:4222"], tls: { cert: "c.pem" } }),
      "cluster.tls.key is missing: cert needs it",
    ],
    [config({}, { password: "secret" }), "cluster.password is unknown"],
  ];

  for (const [one, problem] of wrong) deepEqual(problemsOf(one), [problem]);
});

test("validateHubConfig() refuses the name of a shared network that is no part of a subject", () => {
  const named = { networks: { "a.b": { shared: "live", members: MEMBERS } } };

  equal(problemsOf({ ...config({}), ...named }).length, 1);
  equal(problemsOf({ networks: { "a.b": { members: MEMBERS } } }).length, 0);
});

test("checkHubConfig() never shows a password that stands in an address", () => {
  const text = `networks: { net: { members: { a: { port: /x/a } } } }
cluster: { name: a, servers: ["nats://hub:hunter2@127.0.0.1:4222"], password: hunter2 }
`;
  const { problems } = checkHubConfig(text, { directory: "/nowhere" });

  equal(problems.length, 2);
  for (const problem of problems) doesNotMatch(formatProblem(problem), /hunter2/);
});

test("planHub() fills in how a network is shared", () => {
  const [shared] = planHub(validateHubConfig(config({ shared: "durable" }), "/nowhere"));
  const [own] = planHub(validateHubConfig(config({}), "/nowhere"));

  deepEqual(shared?.sharing, {
    shared: "durable",
    order: "sender",
    onPartition: "halt",
    spool: 64 * 1024 ** 2,
    retainMs: 3_600_000,
    retainBytes: 256 * 1024 ** 2,
    storage: "file",
  });
  equal(own?.sharing, undefined);
});

test("planHub() makes no member of a shared star its controller by itself", () => {
  const star = { topology: "star", shared: "live" };
  const roles = (network: object): readonly string[] =>
    planHub(validateHubConfig(config(network), "/nowhere"))[0]?.members.map(({ role }) => role) ??
    [];

  deepEqual(roles(star), ["member", "member"]);
  deepEqual(roles({ topology: "star" }), ["controller", "member"]);
});
