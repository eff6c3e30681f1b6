import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { type ModemLineChange, SerialDisconnectedError, UnsupportedFeatureError } from "anyserial";
import { ModemLineSource } from "../../../dist/io/modem-watch.js";
import type { SerialCore } from "../../../dist/io/port-lifecycle.js";
import { PullIterator } from "../../../dist/io/pull-iterator.js";
import { type FakeBackendPort, openFakePort } from "../../helpers/fake-backend-port.ts";

const LOW = { cts: false, dsr: false, ri: false, dcd: false };

/** As `SerialPort.modemLineChanges()` makes it. */
function changesOf(core: SerialCore, signal?: AbortSignal): PullIterator<ModemLineChange> {
  return new PullIterator(new ModemLineSource(core), { signal });
}

/** Answers each wait of the iterator by what the test does to the lines. */
function script(port: FakeBackendPort, ...steps: (() => void)[]): void {
  port.waitModemLineChange = async (signal) => {
    signal.throwIfAborted();
    port.calls.push("wait");
    const step = steps.shift();
    if (step === undefined) throw new Error("the script is over");
    step();
  };
}

test("ModemLineSource samples nothing while no iterator waits", () => {
  const { port, core } = openFakePort();

  new ModemLineSource(core);

  deepEqual(port.calls, ["modemLines"]); // where the changes begin
});

test("ModemLineSource fails at once where the driver has no modem lines", () => {
  const { port, core } = openFakePort();
  port.failures.set("modemLines", new UnsupportedFeatureError("no lines", { code: "ENOTTY" }));

  throws(() => new ModemLineSource(core), { name: "UnsupportedFeatureError" });
});

test("ModemLineSource.next() gives a change that fell before the call", async () => {
  const { port, core } = openFakePort();
  const changes = changesOf(core);
  port.lines = { ...LOW, cts: true };

  deepEqual(await changes.next(), {
    done: false,
    value: { line: "cts", state: true, lines: { ...LOW, cts: true } },
  });
  equal(port.calls.includes("waitModemLineChange"), false);
});

test("ModemLineSource.next() waits until a sample differs", async () => {
  const { port, core } = openFakePort();
  const changes = changesOf(core);
  script(
    port,
    () => undefined,
    () => {
      port.lines = { ...LOW, dcd: true };
    },
  );

  const { value } = await changes.next();

  equal(value?.line, "dcd");
  equal(port.calls.filter((call) => call === "wait").length, 2);
});

test("ModemLineSource gives the edges between two samples one by one", async () => {
  const { port, core } = openFakePort();
  port.edges = { cts: 0, dsr: 0, ri: 0, dcd: 0 };
  const changes = changesOf(core);
  port.edges = { cts: 2, dsr: 0, ri: 0, dcd: 0 };

  const first = await changes.next();
  const second = await changes.next();

  deepEqual([first.value?.state, second.value?.state], [true, false]);
});

test("ModemLineSource attributes late counts of a driver to the time before it began", async () => {
  const { port, core } = openFakePort();
  port.edges = { cts: 0, dsr: 0, ri: 0, dcd: 0 };
  port.countsLinesLate = () => true;
  const changes = changesOf(core);
  port.edges = { cts: 1, dsr: 0, ri: 0, dcd: 0 };
  script(port, () => {
    port.lines = { ...LOW, ri: true };
  });

  equal((await changes.next()).value?.line, "ri");
});

test("ModemLineSource.next() rejects with the signal's reason", async () => {
  const { core } = openFakePort();
  const controller = new AbortController();
  const changes = changesOf(core, controller.signal);
  const reason = new Error("enough");
  const waiting = changes.next();

  controller.abort(reason);

  await rejects(waiting, (error) => error === reason);
});

test("ModemLineSource ends after close()", async () => {
  const { core } = openFakePort();
  const changes = changesOf(core);
  const waiting = changes.next();

  await core.close();

  deepEqual(await waiting, { done: true, value: undefined });
  deepEqual(await changes.next(), { done: true, value: undefined });
});

test("ModemLineSource fails once after a disconnect, then it is over", async () => {
  const { port, core } = openFakePort();
  const changes = changesOf(core);
  const waiting = changes.next();

  port.onFailed?.(new SerialDisconnectedError("unplugged", { code: "EIO" }));

  await rejects(waiting, { name: "SerialDisconnectedError", operation: "modemLineChanges" });
  deepEqual(await changes.next(), { done: true, value: undefined });
});

test("ModemLineSource.return() ends the iteration", async () => {
  const { core, port } = openFakePort();
  const changes = changesOf(core);
  port.lines = { ...LOW, ri: true };

  for await (const change of changes) {
    equal(change.line, "ri");
    break;
  }

  deepEqual(await changes.next(), { done: true, value: undefined });
  ok(changes[Symbol.asyncIterator]() === changes);
});
