// Which member sees which lines, over members in memory.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { LinePolicy, MemberLines } from "@anyserial/hub";
import type { LineEnd, LineError, LineWants } from "../../../dist/engine/line-end.js";
import { LineWiring, type WiredMember } from "../../../dist/engine/line-wiring.js";
import { type LineSignals, NO_SIGNALS, nullModem } from "../../../dist/model/line-levels.js";

/** A member whose lines are the test's. */
class Wired implements WiredMember {
  readonly calls: string[] = [];
  readonly linePolicy: LinePolicy;
  lines: LineEnd | undefined;
  signals: LineSignals | undefined;
  isPresent = true;
  wants: LineWants = { signals: false, errors: false };

  constructor({ isReal = false, hasLines = true, linePolicy = "all" as LinePolicy } = {}) {
    this.linePolicy = linePolicy;
    const { calls } = this;
    const wants = (): LineWants => this.wants;
    this.lines = hasLines
      ? {
          isReal,
          get wants() {
            return wants();
          },
          levels: (): MemberLines | undefined => undefined,
          setSignals: (signals) => void calls.push(shown(signals)),
          lineError: (error: LineError) => void calls.push(error),
          watch: ({ signals, errors }) => void calls.push(`watch ${signals} ${errors}`),
        }
      : undefined;
  }

  levelsChanged(): void {}

  /** Calls since the last time. */
  told(): string[] {
    return this.calls.splice(0);
  }
}

/** The asserted signals, as words. */
function shown(signals: LineSignals): string {
  const names = Object.entries(signals).filter(([, level]) => level);
  return names.map(([name]) => name).join(" ") || "off";
}

function outputs(lines: Partial<MemberLines>): LineSignals {
  return nullModem({ dtr: false, rts: false, break: false, ...lines });
}

/** All with all. */
function bus(...members: readonly Wired[]): LineWiring<Wired> {
  const wiring = new LineWiring<Wired>();
  wiring.join(
    new Map(members.map((from) => [from, members.filter((member) => member !== from)] as const)),
  );
  for (const member of members) member.told();
  return wiring;
}

test("LineWiring wires two applications as a null-modem cable does", () => {
  const [a, b] = [new Wired(), new Wired()];
  const wiring = bus(a, b);

  for (const lines of [{ rts: true }, { dtr: true }, { break: true }]) {
    a.signals = outputs(lines);
    void wiring.changed(a);
  }

  deepEqual(b.told(), ["cts", "dsr dcd", "break"]);
  deepEqual(a.told(), []);
});

test("LineWiring asserts a line of a bus while any other member asserts it", () => {
  const [a, b, c] = [new Wired(), new Wired(), new Wired()];
  const wiring = bus(a, b, c);
  a.signals = outputs({ rts: true });
  void wiring.changed(a);
  b.signals = outputs({ rts: true, dtr: true });
  void wiring.changed(b);
  c.told();

  a.signals = outputs({});
  void wiring.changed(a);
  deepEqual(c.told(), [], "b still asserts it");
  b.signals = outputs({});
  void wiring.changed(b);

  deepEqual(c.told(), ["off"]);
});

test("LineWiring wires the devices of a star with the controller only", () => {
  const [controller, one, other] = [new Wired(), new Wired(), new Wired()];
  const wiring = new LineWiring<Wired>();
  wiring.join(
    new Map([
      [controller, [one, other]],
      [one, [controller]],
      [other, [controller]],
    ]),
  );
  for (const member of [controller, one, other]) member.told();

  one.signals = outputs({ rts: true });
  void wiring.changed(one);

  deepEqual([controller.told(), other.told()], [["cts"], []]);
});

test("LineWiring shows a member without lines as ready while it is there", () => {
  const [plain, end] = [new Wired({ hasLines: false }), new Wired()];
  const wiring = bus(plain, end);
  equal(shown(wiring.seenBy(end)), "cts dsr dcd");

  plain.isPresent = false;
  void wiring.changed(plain);

  deepEqual(end.told(), ["off"]);
});

test("LineWiring leaves a real port as it is while no other member has lines", () => {
  const [plain, real] = [new Wired({ hasLines: false }), new Wired({ isReal: true })];
  const wiring = bus(plain, real);
  plain.isPresent = false;

  void wiring.changed(plain);

  deepEqual(real.told(), []);
});

test("LineWiring lets real ports drive each other only where all lines are asked for", () => {
  const from = new Wired({ isReal: true });
  const real = new Wired({ isReal: true, linePolicy: "applications" });
  const repeater = new Wired({ isReal: true, linePolicy: "all" });
  const none = new Wired({ isReal: true, linePolicy: "none" });
  const wiring = bus(from, real, repeater, none);
  from.signals = { ...NO_SIGNALS, dsr: true };

  void wiring.changed(from);
  wiring.error(from, "break");

  deepEqual([real.told(), repeater.told(), none.told()], [[], ["dsr", "break"], []]);
});

test("LineWiring has lines watched only while another member wants to know of them", () => {
  const [real, client] = [new Wired({ isReal: true }), new Wired()];
  const wiring = bus(real, client);

  client.wants = { signals: true, errors: false };
  wiring.wantsChanged();
  wiring.wantsChanged();
  client.wants = { signals: false, errors: false };
  wiring.wantsChanged();

  deepEqual(real.told(), ["watch true false", "watch false false"]);
});

test("LineWiring.changed() resolves when the others have taken the levels", async () => {
  const [a, b] = [new Wired(), new Wired()];
  const wiring = bus(a, b);
  let take = (): void => undefined;
  const { lines } = b;
  b.lines = {
    ...(lines as LineEnd),
    isReal: true,
    setSignals: () =>
      new Promise<void>((resolve) => {
        take = resolve;
      }),
  };
  a.signals = outputs({ rts: true });
  const order: string[] = [];

  const changed = wiring.changed(a)?.then(() => order.push("changed"));
  order.push("taken");
  take();
  await changed;

  deepEqual(order, ["taken", "changed"]);
});
