// What may happen to servers and to the network between them: checked against a model of every line. `durable`
// loses nothing, doubles nothing and keeps the order; `live` doubles nothing and reports exactly what is missing.
import { test } from "node:test";
import { pause, until } from "./hubs.mjs";
import { leaderOf } from "./nats.mjs";
import { Scene } from "./scene.mjs";

test("a server that is killed, the leader of a stream, loses nothing", async (t) => {
  const scene = await Scene.start(t);
  await scene.load();

  const leader = await leaderOf(scene.servers, "durable");
  await scene.servers.kill(leader);
  await pause(3);
  scene.servers.run(leader);
  await scene.servers.ready();
  await pause(1);

  await scene.check();
});

test("servers that are restarted one after the other lose nothing", async (t) => {
  const scene = await Scene.start(t);
  await scene.load();

  for (let index = 0; index < 3; index++) {
    await scene.servers.kill(index);
    await pause(1);
    scene.servers.run(index);
    await scene.servers.ready();
    await until(
      "the stream has a leader",
      async () => (await leaderOf(scene.servers, "durable")) !== undefined,
    );
    await pause(2);
  }

  await scene.check();
});

test("a hub that is cut off from the servers loses nothing that is durable", async (t) => {
  const scene = await Scene.start(t);
  await scene.load();

  scene.servers.cutHub("a", true);
  await pause(4);
  scene.servers.cutHub("a", false);
  await pause(1);
  scene.servers.resetHub("b");
  await pause(1);

  await scene.check();
});

test("a hub that is cut off for so long that it loses its lease gets its name again", async (t) => {
  const scene = await Scene.start(t);
  await scene.load();

  scene.servers.cutHub("a", true);
  await pause(14);
  scene.servers.cutHub("a", false);
  await scene.hubs[0].up();

  await scene.check();
});

test("a leader that is separated from the other servers loses nothing", async (t) => {
  const scene = await Scene.start(t);
  await scene.load();

  const leader = await leaderOf(scene.servers, "durable");
  scene.servers.isolate(leader, true);
  await pause(12);
  scene.servers.isolate(leader, false);
  await pause(2);

  await scene.check();
});
