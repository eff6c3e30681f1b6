// TCP peers that vanish without a word: a pulled cable, a machine without power, a NAT that forgot.

import { match } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { HubEvent } from "@anyserial/hub";
import { until } from "@anyserial/test-support/until";
import { ADDRESSES, Namespaces, namespacesMissing } from "../helpers/namespaces.ts";
import type { Program } from "../helpers/programs.ts";

const HUB = JSON.stringify(import.meta.resolve("@anyserial/hub"));
const BOUND_MS = 45_000;

/** Sends without end, whoever is there. */
const TICKER = `
  import { defineDevice } from ${HUB};
  export const ticker = defineDevice({
    onStart: ({ send, signal }) => {
      const timer = setInterval(() => void send("telemetry\\n"), 100);
      signal.addEventListener("abort", () => clearInterval(timer));
    },
  });
`;

/** A hub that prints its events. */
function hubCode(folder: string): string {
  const tcp = (rest: object): object => ({ tcp: { ...rest, vanishAfterMs: 11_000 } });
  const listen = (port: number): object =>
    tcp({ listen: `${ADDRESSES.near}:${port}`, allowRemote: true });
  const networks = {
    quiet: { members: { idle: listen(4001) } },
    loud: { members: { busy: listen(4002), ticker: { device: "./ticker.mjs" } } },
    outwards: { members: { caller: tcp({ connect: `${ADDRESSES.far}:4003` }) } },
  };
  return `
    import { createHub } from ${HUB};
    const onEvent = (event) => console.log(JSON.stringify({ ...event, text: event.error?.message }));
    await createHub(${JSON.stringify({ networks })}, { directory: ${JSON.stringify(folder)}, onEvent });
  `;
}

/** Two clients and a server, none of which sends anything. */
const PEER = `
  import { connect, createServer } from "node:net";
  for (const port of [4001, 4002]) connect(port, "${ADDRESSES.near}").resume().on("error", () => {});
  createServer((socket) => socket.resume().on("error", () => {})).listen(4003, "${ADDRESSES.far}");
`;

function eventsOf(hub: Program): HubEvent[] {
  const lines = hub.output.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as HubEvent);
}

/** Waits until each of the members has had so many events of a type. */
async function untilAll(hub: Program, type: string, count: number): Promise<void> {
  const isDone = (member: string): boolean =>
    eventsOf(hub).filter((one) => one.type === type && "member" in one && one.member === member)
      .length >= count;
  const end = performance.now() + BOUND_MS;
  while (performance.now() < end) {
    const done = await until(`${type} ${count} times`, () =>
      ["idle", "busy", "caller"].every(isDone),
    ).catch((error: unknown) => error);
    if (done === true) return;
  }
  throw new Error(`${type} ${count} times: ${hub.output}`);
}

test("TCP members notice peers that vanished, idle or busy, listening or connected, and serve the next", {
  skip: namespacesMissing(),
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-hub-"));
  writeFileSync(join(folder, "ticker.mjs"), TICKER);
  using machines = new Namespaces();
  try {
    await using hub = machines.run("near", hubCode(folder));
    await until("the hub runs", () => hub.output.includes('"warning"'));
    await using peer = machines.run("far", PEER);
    await untilAll(hub, "member-open", 1);

    machines.pull();
    await peer.kill(); // no word of it gets out
    await untilAll(hub, "member-close", 1);

    for (const event of eventsOf(hub)) {
      if (event.type !== "member-close" || event.member === "ticker") continue;
      match(event.reason ?? "", /^vanished: nothing came back for 11 s/);
      match(event.peer ?? "", /^10\.77\.0\.2:\d+$/);
    }
    machines.plugIn();
    await using next = machines.run("far", PEER);
    await untilAll(hub, "member-open", 2);
    await next.kill();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
