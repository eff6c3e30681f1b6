// Hubs on machines of their own, with cables that are pulled, are slow and lose packets: checked against a model of every line.
import { test } from "node:test";
import { Hosts, hostsMissing, lossMissing } from "./hosts.mjs";
import { pause } from "./hubs.mjs";
import { Scene } from "./scene.mjs";

/** Servers on another machine have TLS; these have not. */
const plain = () => ({ allowPlain: true });

test("two hosts lose nothing when their cables are pulled one after the other", {
  skip: hostsMissing(),
}, async (t) => {
  const hosts = new Hosts(t);
  const scene = await Scene.start(t, { hosts, cluster: plain });
  await scene.load();

  hosts.pull("a", true);
  await pause(5);
  hosts.pull("a", false);
  hosts.pull("b", true);
  await pause(13); // longer than its lease
  hosts.pull("b", false);
  await pause(1);

  await scene.check();
});

test("two hosts lose nothing on cables that are slow and lose packets", {
  skip: lossMissing(),
}, async (t) => {
  const hosts = new Hosts(t);
  const scene = await Scene.start(t, { hosts, cluster: plain });
  for (const name of ["a", "b"]) hosts.spoil(name, ["delay", "40ms", "10ms", "loss", "2%"]);
  await scene.load(10);

  await pause(10);

  await scene.check();
});
