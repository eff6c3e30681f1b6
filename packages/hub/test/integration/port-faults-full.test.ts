// Every call of a hub on an emulated port that is not read fails, with every errno.

import { test } from "node:test";
import { FULL_DEEDS, PortScene } from "../helpers/port-scene.ts";

for (const call of FULL_DEEDS) {
  test(`a hub survives every errno of ${call}, and serves the port again`, async (t) => {
    await (await PortScene.start(t)).survive(call);
  });
}
