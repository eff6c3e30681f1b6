// A server whose disk is full, while hubs send: checked against a model of every line.
import { closeSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pause } from "./hubs.mjs";
import { leaderOf } from "./nats.mjs";
import { Scene } from "./scene.mjs";
import { disksMissing } from "./servers.mjs";

const BLOCK = Buffer.alloc(64 * 1024);

/** Takes all room that a disk has. @returns Gives it back. */
function fill(folder) {
  const path = join(folder, "filler");
  const file = openSync(path, "w");
  try {
    for (let size = BLOCK.length; size > 0; ) {
      try {
        writeSync(file, BLOCK, 0, size);
      } catch (error) {
        if (error.code !== "ENOSPC") throw error;
        size >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
  if (statfsSync(folder).bavail > 0) throw new Error("the disk is not full");
  return () => rmSync(path);
}

for (const role of ["leader of a stream", "follower of a stream"]) {
  test(`a server whose disk is full, the ${role}, loses nothing once it has room and is started again`, {
    skip: disksMissing(),
  }, async (t) => {
    const scene = await Scene.start(t, { servers: { diskSize: "96m" } });
    await scene.load();
    const leader = await leaderOf(scene.servers, "durable");
    const index = role.startsWith("leader") ? leader : (leader + 1) % 3;

    const empty = fill(scene.servers.store(index));
    await pause(8);
    empty();
    await scene.servers.kill(index);
    scene.servers.run(index);
    await scene.servers.ready();
    await pause(2);

    await scene.check();
  });
}
