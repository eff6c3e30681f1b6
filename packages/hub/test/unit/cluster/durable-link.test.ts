// A link of a stream whose servers break their promises: they lose what they confirmed, or give a number twice.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import { until } from "@anyserial/test-support/until";
import { DurableLink } from "../../../dist/cluster/durable-link.js";
import type { LinkParts } from "../../../dist/cluster/link-parts.js";
import { MemoryBroker } from "../../helpers/memory-broker.ts";

const SHARING = {
  shared: "durable",
  order: "sender",
  onPartition: "halt",
  spool: 1e6,
  retainMs: 1e6,
  retainBytes: 1e6,
  replicas: 1,
  storage: "memory",
};
const SENDER = {
  plan: { name: "x", role: "member", options: { overflow: "drop-newest", stallAfterMs: 1000 } },
};

/** One hub's end of a network, with all that it passed on. */
class End {
  readonly clock = new ManualClock();
  readonly received: string[] = [];
  readonly gaps: string[] = [];
  readonly link: DurableLink;
  isUp = true;

  constructor(broker: MemoryBroker, hub: string) {
    const listener = { onUp: () => undefined, onDown: () => undefined, onProblem: () => undefined };
    const parts = {
      name: "plant",
      sharing: SHARING,
      network: {
        runtimes: [],
        isFull: false,
        fullChanged: () => undefined,
        receive: (_: unknown, payload: Uint8Array) =>
          this.received.push(String.fromCharCode(...payload)),
      },
      transport: broker.connect({ name: hub }, "", listener),
      hub,
      epoch: () => 1,
      isUp: () => this.isUp,
      needsRates: false,
      clock: this.clock,
      traffic: { isOn: false },
      lastSequence: 0,
      emit: (event: { readonly type: string; readonly from?: number; readonly to?: number }) => {
        if (event.type === "gap") this.gaps.push(`${event.from}-${event.to}`);
      },
    };
    this.link = new DurableLink(parts as unknown as LinkParts); // only what a link uses
  }

  say(...texts: readonly string[]): void {
    for (const text of texts) this.link.send(SENDER as never, Buffer.from(text));
  }

  get isOpen(): boolean {
    return this.link.snapshot().up;
  }
}

async function twoEnds(broker: MemoryBroker): Promise<readonly [End, End]> {
  const ends = [new End(broker, "a"), new End(broker, "b")] as const;
  for (const end of ends) await until("the stream is open", () => end.isOpen);
  await new Promise(setImmediate); // the transports are up
  return ends;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("DurableLink reports a message that the servers lost after they confirmed it, and passes on those behind it", async () => {
  const broker = new MemoryBroker();
  const [a, b] = await twoEnds(broker);
  broker.fateOf = (count) => (count === 2 ? "claim" : "store");

  a.say("1", "2", "3");
  await until("all are confirmed", () => a.link.snapshot().spoolMessages === 0);
  await settled();
  deepEqual(b.received, ["1"]);
  b.clock.advance(120_000);

  deepEqual(b.received, ["1", "3"]);
  deepEqual(b.gaps, ["2-2"]);
});

test("DurableLink reads again where servers gave the number of a record twice", async () => {
  const broker = new MemoryBroker();
  const [a, b] = await twoEnds(broker);
  a.say("1");
  await until("1 has arrived", () => b.received.length === 1);
  const [, reader] = [...broker.stream("plant").readers];

  reader?.passOver(1); // it has read another record of this number
  a.say("2", "3");
  await settled();
  deepEqual(b.received, ["1"]);
  b.clock.advance(30_000);

  await until("all have arrived", () => b.received.length === 3);
  deepEqual(b.received, ["1", "2", "3"]);
  deepEqual(b.gaps, []);
});

test("DurableLink gives nothing up while its own hub is cut off", async () => {
  const broker = new MemoryBroker();
  const [a, b] = await twoEnds(broker);
  broker.fateOf = (count) => (count === 2 ? "claim" : "store");
  a.say("1", "2", "3");
  await settled();

  b.isUp = false;
  b.link.onHub("a", false);
  b.clock.advance(600_000);

  deepEqual(b.received, ["1"]);
  deepEqual(b.gaps, []);
});
