import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { SerialDisconnectedError, UnsupportedFeatureError } from "anyserial";
import { ModemLineChanges } from "#internal/io/modem-watch.js";
import { type FakeBackendPort, openFakePort } from "../../helpers/fake-backend-port.ts";

const LOW = { cts: false, dsr: false, ri: false, dcd: false };

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

test("ModemLineChanges samples nothing while nobody asks", () => {
  const { port, core } = openFakePort();

  new ModemLineChanges(core, undefined);

  deepEqual(port.calls, ["modemLines"]); // where the changes begin
});

test("ModemLineChanges fails at once where the driver has no modem lines", () => {
  const { port, core } = openFakePort();
  port.failures.set("modemLines", new UnsupportedFeatureError("no lines", { code: "ENOTTY" }));

  throws(() => new ModemLineChanges(core, undefined), { name: "UnsupportedFeatureError" });
});

test("ModemLineChanges.next() gives a change that fell before the call", async () => {
  const { port, core } = openFakePort();
  const changes = new ModemLineChanges(core, undefined);
  port.lines = { ...LOW, cts: true };

  deepEqual(await changes.next(), {
    done: false,
    value: { line: "cts", state: true, lines: { ...LOW, cts: true } },
  });
  equal(port.calls.includes("waitModemLineChange"), false);
});

test("ModemLineChanges.next() waits until a sample differs", async () => {
  const { port, core } = openFakePort();
  const changes = new ModemLineChanges(core, undefined);
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

test("ModemLineChanges gives the edges between two samples one by one", async () => {
  const { port, core } = openFakePort();
  port.edges = { cts: 0, dsr: 0, ri: 0, dcd: 0 };
  const changes = new ModemLineChanges(core, undefined);
  port.edges = { cts: 2, dsr: 0, ri: 0, dcd: 0 };

  const first = await changes.next();
  const second = await changes.next();

  deepEqual([first.value?.state, second.value?.state], [true, false]);
});

test("ModemLineChanges takes what a driver counts late for what was before it began", async () => {
  const { port, core } = openFakePort();
  port.edges = { cts: 0, dsr: 0, ri: 0, dcd: 0 };
  port.countsLinesLate = () => true;
  const changes = new ModemLineChanges(core, undefined);
  port.edges = { cts: 1, dsr: 0, ri: 0, dcd: 0 };
  script(port, () => {
    port.lines = { ...LOW, ri: true };
  });

  equal((await changes.next()).value?.line, "ri");
});

test("ModemLineChanges.next() rejects with the signal's reason", async () => {
  const { core } = openFakePort();
  const controller = new AbortController();
  const changes = new ModemLineChanges(core, controller.signal);
  const reason = new Error("enough");
  const waiting = changes.next();

  controller.abort(reason);

  await rejects(waiting, (error) => error === reason);
});

test("ModemLineChanges ends after close()", async () => {
  const { core } = openFakePort();
  const changes = new ModemLineChanges(core, undefined);
  const waiting = changes.next();

  await core.close();

  deepEqual(await waiting, { done: true, value: undefined });
  deepEqual(await changes.next(), { done: true, value: undefined });
});

test("ModemLineChanges fails once after a disconnect, then it is over", async () => {
  const { port, core } = openFakePort();
  const changes = new ModemLineChanges(core, undefined);
  const waiting = changes.next();

  port.onDisconnect?.(new SerialDisconnectedError("unplugged", { code: "EIO" }));

  await rejects(waiting, { name: "SerialDisconnectedError", operation: "modemLineChanges" });
  deepEqual(await changes.next(), { done: true, value: undefined });
});

test("ModemLineChanges.return() ends the iteration", async () => {
  const { core, port } = openFakePort();
  const changes = new ModemLineChanges(core, undefined);
  port.lines = { ...LOW, ri: true };

  for await (const change of changes) {
    equal(change.line, "ri");
    break;
  }

  deepEqual(await changes.next(), { done: true, value: undefined });
  ok(changes[Symbol.asyncIterator]() === changes);
});
