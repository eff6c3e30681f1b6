// What may happen to a hub, to a stream and to a clock: checked against a model of every line.
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { faultsOf, pause, until } from "./hubs.mjs";
import { manage } from "./nats.mjs";
import { Scene } from "./scene.mjs";

/** The stop of a hub, in seconds: longer than its lease, and than a server waits for a slow client. */
const STOP_SECONDS = process.env.ANYSERIAL_TEST_LONG === "1" ? 60 : 16;

test("a hub that is stopped for longer than its lease lasts receives everything when it goes on", async (t) => {
  const scene = await Scene.start(t);
  await scene.load();

  scene.hubs[1].signal("SIGSTOP");
  await pause(STOP_SECONDS);
  scene.hubs[1].signal("SIGCONT");
  await scene.hubs[1].up();

  await scene.check();
});

test("a hub that is killed and started again goes on, and the others know of it", async (t) => {
  const scene = await Scene.start(t);
  await scene.load();
  const [a, b] = scene.hubs;

  await a.kill();
  const before = Object.fromEntries(
    ["live", "durable", "total"].map((name) => [name, b.app(name).numbersOf("a").length]),
  );
  await a.start();
  await a.up();
  for (const [network, count] of Object.entries(before)) {
    await until(
      `b receives from the new start on ${network}`,
      () => b.app(network).numbersOf("a").length > count + 20,
    );
  }

  for (const network of Object.keys(before)) {
    const restarts = b.events.filter(
      (event) => event.type === "hub-restart" && event.network === network,
    );
    equal(restarts.length, 1, network);
    const numbers = b.app(network).numbersOf("a");
    deepEqual(
      numbers,
      [...new Set(numbers)].sort((one, other) => one - other),
      `${network}: once and in order`,
    );
    // What the new start sent live before it was connected is reported.
    if (network !== "live") deepEqual(b.gaps(network, "a"), []);
  }
});

test("a stream that is deleted is made again, and only what it had is lost", async (t) => {
  const scene = await Scene.start(t);
  await scene.load();
  const [a, b] = scene.hubs;

  await manage(scene.servers, (manager) => manager.streams.delete("anyserial-durable"));
  await until("it is there again", () =>
    manage(scene.servers, (manager) => manager.streams.info("anyserial-durable")).catch(
      () => undefined,
    ),
  );
  const count = b.app("durable").numbersOf("a").length;
  await until("b receives again", () => b.app("durable").numbersOf("a").length > count + 50);

  scene.stopLoad();
  await until("a has stored all", async () =>
    (await a.links()).every(({ spoolMessages }) => spoolMessages === 0),
  );
  a.app("durable").send("a", "last");
  const { sent } = a.app("durable");
  const faults = () => faultsOf(b.app("durable").numbersOf("a"), b.gaps("durable", "a"), sent);
  await until("all is received or reported", () => faults().length === 0).catch(() => undefined);
  deepEqual(faults(), []);
});

test("steps of a clock, back and forth, change nothing", async (t) => {
  const scene = await Scene.start(t);
  await scene.load();

  await scene.hubs[0].stepClock(-3_600_000);
  await scene.hubs[1].stepClock(86_400_000);
  await pause(5);

  await scene.check();
  const events = scene.hubs.flatMap(({ events: all }) => all.map(({ type }) => type));
  ok(!events.includes("cluster-down") && !events.includes("hub-close"), events.join(" "));
});

test("a receiver that comes back after more than the stream keeps reports how much is gone", async (t) => {
  const networks = { durable: { shared: "durable", retainMs: "2s" } };
  const scene = await Scene.start(t, { networks });
  const [a, b] = scene.hubs;
  a.app("durable").send("a");
  await until("b has the first line", () => b.app("durable").numbersOf("a").length === 1);

  scene.servers.cutHub("b", true);
  scene.servers.resetHub("b"); // nothing is on its way
  for (let line = 0; line < 500; line++) a.app("durable").send("a");
  await until("they are stored", async () => (await a.links())[0].out.messages === 501);
  await until("they are removed", () =>
    manage(
      scene.servers,
      async (manager) => (await manager.streams.info("anyserial-durable")).state.messages === 0,
    ),
  );
  scene.servers.cutHub("b", false);
  // A line is kept for 2 s, and b may need longer than that to read again.
  await until("b has another line", async () => {
    a.app("durable").send("a");
    await pause(0.5);
    return b.app("durable").numbersOf("a").length > 1;
  });

  const [, next] = b.app("durable").numbersOf("a");
  deepEqual(
    b.gaps("durable", "a").map(({ from, to, messages }) => ({ from, to, messages })),
    [{ from: 2, to: next - 1, messages: next - 2 }],
  );
});
