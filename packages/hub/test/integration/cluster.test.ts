// Hubs that share a network over servers in memory: both ways to share, order, gaps, the spool, topologies,
// names and events.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { HubEvent } from "@anyserial/hub";
import { until } from "@anyserial/test-support/until";
import { ClusterScene, heard, linkOf, NETWORK, say } from "../helpers/cluster-scene.ts";

const LIVE = { shared: "live", framing: "line", whenAbsent: "keep" } as const;
const DURABLE = { shared: "durable", framing: "line", whenAbsent: "keep" } as const;
const TOTAL = { ...DURABLE, order: "total" } as const;

const lines = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => `line ${from + at}\n`);

function gaps(events: readonly HubEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === "gap" ? [`${event.hub} ${event.from}-${event.to}`] : [],
  );
}

for (const network of [LIVE, DURABLE, TOTAL]) {
  const name = "order" in network ? "durable in total order" : network.shared;
  test(`a network shared ${name} passes messages to the members of all hubs`, async (t) => {
    const scene = new ClusterScene(t);
    const a = await scene.start("a", network, { x: {}, y: {} });
    const b = await scene.start("b", network, { z: {} });
    await scene.connected(a, b);

    for (const line of lines(50)) await say(a, "x", line);
    await say(b, "z", "answer\n");

    await until("all have arrived", () => heard(b, "z").length === 50);
    await until("the answer has arrived", () => heard(a, "x").length === 1);
    deepEqual(heard(b, "z"), lines(50));
    deepEqual(heard(a, "x"), ["answer\n"]);
    equal(heard(a, "y").length, 51);
  });
}

test("a network shared live reports exactly which messages were lost", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", LIVE, { x: {} });
  const b = await scene.start("b", LIVE, { z: {} });
  await scene.connected(a, b);
  scene.broker.losesLive = (count) => count === 3 || count === 4;

  for (const line of lines(6)) await say(a, "x", line);

  deepEqual(heard(b, "z"), ["line 0\n", "line 1\n", "line 4\n", "line 5\n"]);
  deepEqual(gaps(b.events), ["a 3-4"]);
  equal(linkOf(b).missingMessages, 2);
});

test("a network shared live reports losses that no message follows", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", LIVE, { x: {} });
  const b = await scene.start("b", LIVE, { z: {} });
  await scene.connected(a, b);
  await say(a, "x", "first\n");
  scene.broker.losesLive = (count) => count === 2;

  await say(a, "x", "last\n");

  await until("the loss is reported", () => gaps(b.events).length === 1);
  deepEqual(gaps(b.events), ["a 2-2"]);
});

test("a network shared live counts messages on both sides while it is cut off", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", LIVE, { x: {}, y: {} });
  const b = await scene.start("b", LIVE, { z: {} });
  await scene.connected(a, b);
  await say(a, "x", "before\n");
  scene.broker.cut("a", true);

  await say(a, "x", "lost\n");
  equal(heard(a, "y").length, 2);
  equal(linkOf(a).dropped.messages, 1);
  scene.broker.cut("a", false);
  await scene.connected(a);
  await say(a, "x", "after\n");

  deepEqual(heard(b, "z"), ["before\n", "after\n"]);
  deepEqual(gaps(b.events), ["a 2-2"]);
});

for (const network of [DURABLE, TOTAL]) {
  test(`a durable network with ${"order" in network ? "total" : "sender"} order loses and doubles nothing when answers are lost`, async (t) => {
    const scene = new ClusterScene(t);
    const a = await scene.start("a", network, { x: {} });
    const b = await scene.start("b", network, { z: {} });
    await scene.connected(a, b);
    scene.broker.fateOf = (count) =>
      count % 7 === 0 ? "no answer" : count % 5 === 0 ? "lose" : "store";

    for (const line of lines(200)) await say(a, "x", line);

    await until("all have arrived", () => heard(b, "z").length >= 200);
    await until("all are stored", () => linkOf(a).spoolMessages === 0);
    deepEqual(heard(b, "z"), lines(200));
    deepEqual(gaps(b.events), []);
    equal(linkOf(a).out.messages, 200);
  });
}

test("a durable network sends waiting messages once the hub is connected again", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", DURABLE, { x: {}, y: {} });
  const b = await scene.start("b", DURABLE, { z: {} });
  await scene.connected(a, b);
  scene.broker.cut("a", true);

  for (const line of lines(100)) await say(a, "x", line);
  equal(heard(a, "y").length, 100);
  equal(linkOf(a).spoolMessages, 100);
  scene.broker.cut("a", false);

  await until("all have arrived", () => heard(b, "z").length === 100);
  deepEqual(heard(b, "z"), lines(100));
});

test("a durable network delivers messages that were sent while a receiver was cut off", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", DURABLE, { x: {} });
  const b = await scene.start("b", DURABLE, { z: {} });
  await scene.connected(a, b);
  scene.broker.cut("b", true);

  for (const line of lines(100)) await say(a, "x", line);
  equal(heard(b, "z").length, 0);
  scene.broker.cut("b", false);

  await until("all have arrived", () => heard(b, "z").length === 100);
  deepEqual(heard(b, "z"), lines(100));
});

/** About 200 messages of 200 bytes have no room. */
const SMALL_SPOOL = 64 * 1024;
const long = (at: number): string => `${at} ${"x".repeat(200)}\n`;

for (const overflow of ["drop-newest", "drop-oldest"] as const) {
  test(`a full spool with ${overflow} loses messages, and all hubs know how many`, async (t) => {
    const scene = new ClusterScene(t);
    const network = { ...DURABLE, spool: SMALL_SPOOL, queue: "1MiB" } as const;
    const a = await scene.start("a", network, { x: { overflow } });
    const b = await scene.start("b", network, { z: {} });
    await scene.connected(a, b);
    await say(a, "x", "first\n");
    await until("it has arrived", () => heard(b, "z").length === 1);
    scene.broker.cut("a", true);

    for (let at = 0; at < 400; at++) await say(a, "x", long(at));
    const lost = linkOf(a).dropped.messages;
    scene.broker.cut("a", false);
    await scene.connected(a);
    await until("the spool is empty", () => linkOf(a).spoolMessages === 0);
    await until("the rest has arrived", () => heard(b, "z").length === 401 - lost);
    await until("the loss is known", () => linkOf(b).missingMessages === lost);

    ok(lost > 100 && lost < 400, `${lost} of 400`);
    const kept = Array.from({ length: 400 }, (_, at) => long(at));
    const expected = overflow === "drop-newest" ? kept.slice(0, 400 - lost) : kept.slice(lost);
    deepEqual(heard(b, "z").slice(1), expected);
  });
}

test("a full spool with backpressure stops reading the sender, and nothing is lost", async (t) => {
  const scene = new ClusterScene(t);
  const network = { ...DURABLE, spool: SMALL_SPOOL, queue: "1MiB" } as const;
  const a = await scene.start("a", network, { x: { overflow: "backpressure" } });
  const b = await scene.start("b", network, { z: {} });
  await scene.connected(a, b);
  scene.broker.cut("a", true);
  const port = await scene.open("a", "x");

  const all = Array.from({ length: 1000 }, (_, at) => long(at));
  const sending = port.send(Buffer.from(all.join("")));
  await until("the spool is full", () => linkOf(a).spoolBytes >= SMALL_SPOOL - 1000);
  ok(linkOf(a).spoolBytes <= SMALL_SPOOL + 8192);
  scene.broker.cut("a", false);
  await sending;

  await until("all have arrived", () => heard(b, "z").length === 1000);
  deepEqual(heard(b, "z"), all);
  equal(linkOf(a).dropped.messages, 0);
});

test("total order gives the members of all hubs one sequence", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", TOTAL, { x: {}, listener: {} });
  const b = await scene.start("b", TOTAL, { y: {}, listener: {} });
  await scene.connected(a, b);

  const talk = async (hub: typeof a, member: string): Promise<void> => {
    for (let at = 0; at < 200; at++) {
      await say(hub, member, `${member} ${at}\n`);
      if (at % 20 === 0) await new Promise(setImmediate);
    }
  };
  await Promise.all([talk(a, "x"), talk(b, "y")]);

  await until("a has all", () => heard(a, "listener").length === 400);
  await until("b has all", () => heard(b, "listener").length === 400);
  deepEqual(heard(a, "listener"), heard(b, "listener"));
});

test("total order has members wait while their hub is cut off", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", TOTAL, { x: {}, y: {} });
  await scene.connected(a);
  scene.broker.cut("a", true);

  await say(a, "x", "waits\n");
  equal(heard(a, "y").length, 0);
  scene.broker.cut("a", false);

  await until("it has arrived", () => heard(a, "y").length === 1);
});

test("onPartition: local lets members go on among themselves, and doubles nothing later", async (t) => {
  const scene = new ClusterScene(t);
  const network = { ...TOTAL, onPartition: "local" } as const;
  const a = await scene.start("a", network, { x: {}, y: {} });
  const b = await scene.start("b", network, { z: {} });
  await scene.connected(a, b);
  scene.broker.cut("a", true);

  await say(a, "x", "at once\n");
  deepEqual(heard(a, "y"), ["at once\n"]);
  scene.broker.cut("a", false);
  await until("the other hub has it", () => heard(b, "z").length === 1);
  await say(b, "z", "later\n");
  await until("the later one has arrived", () => heard(a, "y").length >= 2);

  deepEqual(heard(a, "y"), ["at once\n", "later\n"]);
});

test("a star keeps its devices apart over hubs", async (t) => {
  const scene = new ClusterScene(t);
  const network = { ...LIVE, topology: "star" } as const;
  const a = await scene.start("a", network, { master: { role: "controller" }, near: {} });
  const b = await scene.start("b", network, { far: {}, other: {}, spy: { role: "tap" } });
  await scene.connected(a, b);

  await say(b, "far", "from far\n");
  await say(a, "master", "from the master\n");
  await say(a, "near", "from near\n");

  deepEqual(heard(a, "master"), ["from far\n", "from near\n"]);
  deepEqual(heard(a, "near"), ["from the master\n"]);
  deepEqual(heard(b, "far"), ["from the master\n"]);
  deepEqual(heard(b, "spy"), ["from far\n", "from the master\n", "from near\n"]);
});

test("a hub whose name is taken shares nothing, and says where the other one is", async (t) => {
  const scene = new ClusterScene(t);
  const first = await scene.start("a", LIVE, { x: {} });
  await scene.connected(first);

  const second = await scene.start("a", LIVE, { y: {} });
  const taken = await until("the second one refuses", () =>
    second.events.find(({ type }) => type === "cluster-name-taken"),
  );

  equal(linkOf(second).up, false);
  ok(taken.type === "cluster-name-taken" && taken.holder.endsWith(`process ${process.pid}`));
});

test("events of a member are events on the other hubs, too", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", LIVE, { x: {} });
  const b = await scene.start("b", LIVE, { z: {} });
  await scene.connected(a, b);

  await scene.open("a", "x");

  const event = await until("b knows", () => b.events.find(({ type }) => type === "remote"));
  ok(event.type === "remote");
  deepEqual(
    { hub: event.hub, network: event.network, member: event.member, type: event.event.type },
    { hub: "a", network: NETWORK, member: "a/x", type: "member-open" },
  );
  await until("the status knows", () =>
    b.hub.snapshot().cluster?.hubs.find(({ networks }) => networks[0]?.members[0]?.open === true),
  );
});

test("traffic of other hubs is reported once for each message, by hub and member", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", LIVE, { x: {} });
  const b = await scene.start("b", LIVE, { z: {} });
  await scene.connected(a, b);
  const seen: string[] = [];
  b.hub.on("traffic", ({ member, direction }, bytes) =>
    seen.push(`${member} ${direction} ${Buffer.from(bytes)}`),
  );

  await say(a, "x", "hello\n");

  deepEqual(seen, ["a/x in hello\n", "z out hello\n"]);
});

test("a reload shares a network, and stops sharing it", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", LIVE, { x: {} });
  const b = await scene.start("b", LIVE, { z: {} });
  await scene.connected(a, b);
  const { config } = b.hub;

  await b.hub.reload({
    networks: { [NETWORK]: { ...config.networks[NETWORK], shared: undefined } },
  } as never);
  await say(a, "x", "unheard\n");
  equal(b.hub.snapshot().cluster, undefined);
  await b.hub.reload(config);
  await scene.connected(b);
  await say(a, "x", "heard\n");

  deepEqual(heard(b, "z"), ["heard\n"]);
});

for (const [name, network, changed] of [
  ["spool: of a durable network", DURABLE, { spool: "1MiB" }],
  ["retainMs: of a network in total order", TOTAL, { retainMs: "1m" }],
  ["order: of a durable network", DURABLE, { order: "total" }],
  ["rateMismatch: of a live network", LIVE, { rateMismatch: "warn" }],
  ["framing: of a durable network", DURABLE, { framing: "raw" }],
] as const) {
  test(`a reload that changes ${name} loses no message, on either side`, async (t) => {
    const scene = new ClusterScene(t);
    const a = await scene.start("a", network, { x: {} });
    const b = await scene.start("b", network, { z: {} });
    await scene.connected(a, b);
    for (const line of lines(3)) await say(a, "x", line);
    await until("they have arrived", () => heard(b, "z").length === 3);

    for (const [at, { hub }] of [a, b].entries()) {
      const { networks, ...rest } = hub.config;
      const { members } = networks[NETWORK] as { readonly members: object };
      await hub.reload({
        ...rest,
        networks: { [NETWORK]: { ...network, ...changed, members } },
      } as never);
      await scene.connected(a, b);
      for (const line of lines(3, 3 + 3 * at)) await say(a, "x", line);
    }

    await until("those behind it have arrived", () => heard(b, "z").length === 9);
    deepEqual(heard(b, "z"), lines(9));
    deepEqual(gaps(b.events), []);
  });
}

test("a network that is shared again after it was not goes on with its numbers", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", DURABLE, { x: {} });
  const b = await scene.start("b", DURABLE, { z: {} });
  await scene.connected(a, b);
  for (const line of lines(3)) await say(a, "x", line);
  const { config } = a.hub;
  const { cluster } = config;

  const alone = { ...config.networks[NETWORK], shared: undefined };
  await a.hub.reload({ cluster, networks: { [NETWORK]: alone } } as never);
  await a.hub.reload(config);
  await scene.connected(a);
  for (const line of lines(3, 3)) await say(a, "x", line);

  await until("those behind it have arrived", () => heard(b, "z").length === 6);
  deepEqual(heard(b, "z"), lines(6));
});

test("a hub describes itself again only when its members have changed", async (t) => {
  const scene = new ClusterScene(t);
  const a = await scene.start("a", LIVE, { x: {} });
  await scene.connected(a);
  const descriptions = (): number => scene.broker.timesDescribed;
  const before = descriptions();

  const { revision } = scene.broker;
  await until("the lease was renewed three times", () => scene.broker.revision >= revision + 3);
  equal(descriptions(), before);
  await scene.open("a", "x");
  await until("the port is open for others", () => descriptions() === before + 1);
});
