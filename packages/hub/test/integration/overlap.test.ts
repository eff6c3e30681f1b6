// Every operation of a hub while every other one is under way: each ends as it should, or says that the hub
// is closed; the hub is whole afterwards, or leaves nothing.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import type { Hub, HubConfig } from "@anyserial/hub";
import { receiveText } from "@anyserial/test-support/receive-text";
import { tasks } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { isSerialError } from "anyserial";
import { BenchHub } from "../helpers/bench-hub.ts";

const HUB = JSON.stringify(import.meta.resolve("@anyserial/hub"));
/** A device that takes a few turns to be loaded, so that there is something to overlap with. */
const SLOW = `import { defineDevice } from ${HUB};
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  export const slow = defineDevice({});`;

type Operation = (bench: BenchHub) => unknown;

function configOf(bench: BenchHub, extra: object = {}): HubConfig {
  const { net } = bench.config(["a", "b"]).networks;
  return { networks: { net: { ...net, members: { ...net?.members, ...extra } } } };
}

/** Operations by the method of a hub that they call. */
const OPERATIONS = {
  "reload() of the same": ({ hub }) => hub.reload(hub.config),
  "reload() that adds": (bench) =>
    bench.hub.reload(
      configOf(bench, { slow: { device: "./keep.mjs" }, c: { port: bench.path("c") } }),
    ),
  "reload() that replaces": (bench) =>
    bench.hub.reload(
      configOf(bench, {
        slow: { device: "./keep.mjs" },
        b: { port: bench.path("b"), mode: 0o600 },
      }),
    ),
  "reload() that is refused": (bench) =>
    bench.hub.reload(
      configOf(bench, { slow: { device: "./keep.mjs" }, x: { device: "./keep-none.mjs" } }),
    ),
  "close()": ({ hub }) => hub.close(),
  "snapshot()": ({ hub }) => JSON.stringify(hub.snapshot()),
  "inject()": ({ hub }) => hub.inject("net", "a", Buffer.from("x")),
  "setControlLines()": ({ hub }) => rejects(hub.setControlLines("net", "a", { dtr: true })),
  "on() of traffic": ({ hub }) => hub.on("traffic", () => undefined),
  "on() of event": ({ hub }) => hub.on("event", () => undefined)(),
  config: ({ hub }) => hub.config,
  disposal: ({ hub }) => hub[Symbol.asyncDispose](),
} as const satisfies Readonly<Record<string, Operation>>;

/** A method of a hub that none of them calls does not compile. */
type Called = keyof Hub extends
  | "reload"
  | "close"
  | "snapshot"
  | "inject"
  | "setControlLines"
  | "on"
  | "config"
  | typeof Symbol.asyncDispose
  ? true
  : never;
const allAreCalled: Called = true;

const REFUSALS: readonly unknown[] = ["ERR_HUB_DEVICE", "ERR_HUB_STOPPING"];
/** Turns of the event loop between the two. */
const DELAYS = [0, 1, 3, 8];

for (const [first, begin] of Object.entries<Operation>(OPERATIONS)) {
  test(`${first} ends well, whatever a hub is asked to do meanwhile`, async () => {
    ok(allAreCalled);
    for (const [second, interrupt] of Object.entries<Operation>(OPERATIONS)) {
      for (const delay of DELAYS) {
        await overlap({ first: begin, second: interrupt, delay }, `${second} after ${delay} turns`);
      }
    }
  });
}

interface Pair {
  readonly first: Operation;
  readonly second: Operation;
  readonly delay: number;
}

async function overlap({ first, second, delay }: Pair, what: string): Promise<void> {
  await using bench = BenchHub.prepare();
  writeFileSync(bench.path("keep.mjs"), SLOW);
  writeFileSync(bench.path("keep-none.mjs"), "export const nothing = 1;");
  await bench.run(configOf(bench));
  const run = async (operation: Operation): Promise<unknown> => operation(bench);

  const running = [run(first)];
  await tasks(delay);
  running.push(run(second));

  for (const result of await Promise.allSettled(running)) {
    if (result.status === "fulfilled") continue;
    const { reason } = result;
    const code = isSerialError(reason) ? reason.code : undefined;
    ok(REFUSALS.includes(code) || isNoSuchMember(reason), `${what}: ${String(reason)}`);
  }
  const { networks } = bench.hub.snapshot();
  if (networks.length === 0) return; // it is closed
  deepEqual(
    networks.map(({ name }) => name),
    ["net"],
    what,
  );
  const [a, b] = [await bench.open("a"), await bench.open("b")];
  await a.send(Buffer.from("hello"));
  equal((await receiveText(b, 5)).at(-1), "o");
  await until("nothing is queued", () => bench.member("b").queuedBytes === 0);
}

function isNoSuchMember(reason: unknown): boolean {
  return /is no member of this hub/.test(String(reason));
}
