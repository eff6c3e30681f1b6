// The keys of the menu, on ports that have every line.

import { deepEqual, equal } from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { SerialPort } from "anyserial";
import { type SerialPortPair, serialPortPair } from "anyserial/testing";
import { Actions } from "../../../../dist/commands/monitor/actions.js";
import { Display } from "../../../../dist/commands/monitor/display.js";
import { Link } from "../../../../dist/commands/monitor/link.js";
import { Output } from "../../../../dist/terminal/output.js";

interface Bench extends AsyncDisposable {
  readonly pair: SerialPortPair;
  readonly actions: Actions;
  /** Lines printed since the last call. */
  readonly told: () => string;
}

async function createBench(options: Parameters<typeof serialPortPair>[0] = {}): Promise<Bench> {
  const pair = await serialPortPair(options);
  const ending = new AbortController();
  const { signal } = ending;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = new Output({ stdout, stderr, signal, json: false });
  const mode = { hex: false, timestamps: false, raw: false, color: false };
  const display = new Display({ ...mode, stdout, output, signal });
  const link = new Link(signal);
  const actions = new Actions({ link, display, signal, quit: () => ending.abort() }, false);
  actions.portOpened(pair.a);
  link.attach(pair.a);
  return {
    pair,
    actions,
    told: () => String(stderr.read() ?? ""),
    [Symbol.asyncDispose]: () => pair.close(),
  };
}

async function linesOf(port: SerialPort): Promise<object> {
  const { cts, dsr } = await port.modemLines();
  return { cts, dsr };
}

test("Actions toggle DTR and RTS, starting from both on", async () => {
  await using bench = await createBench();
  const { pair, actions, told } = bench;

  await actions.run("toggleDtr");
  deepEqual(await linesOf(pair.b), { cts: true, dsr: false });
  await actions.run("toggleRts");
  deepEqual(await linesOf(pair.b), { cts: false, dsr: false });
  await actions.run("toggleDtr");

  deepEqual(await linesOf(pair.b), { cts: false, dsr: true });
  equal(told(), "anyserial: DTR off\nanyserial: RTS off\nanyserial: DTR on\n");
});

test("Actions toggle from the levels that the port was opened with", async () => {
  await using bench = await createBench({ a: { config: { controlLines: { dtr: false } } } });

  await bench.actions.run("toggleDtr");

  deepEqual(await linesOf(bench.pair.b), { cts: true, dsr: true });
});

test("Actions show the lines of the other side, and the own ones as last set", async () => {
  await using bench = await createBench();
  await bench.pair.b.setControlLines({ rts: false, dtr: true });
  await bench.actions.run("toggleRts");
  bench.told();

  await bench.actions.run("lines");

  equal(
    bench.told(),
    "anyserial: CTS off, DSR on, DCD on, RI off; DTR on, RTS off (as last set)\n",
  );
});

test("Actions send a break that the other side sees", async () => {
  await using bench = await createBench({ b: { config: { lineErrors: "mark" } } });
  const events = bench.pair.b.receiveEvents();

  await bench.actions.run("sendBreak");

  equal((await events.next()).value?.kind, "break");
  equal(bench.told(), "anyserial: break sent\n");
});

test("Actions print that there is no device, and which action failed, and never throw", async () => {
  await using bench = await createBench();
  bench.pair.hooks.a.disconnect();
  await bench.pair.a.closed;

  for (const command of ["toggleDtr", "sendBreak", "lines", "info"] as const) {
    await bench.actions.run(command);
  }

  equal(bench.told().match(/anyserial: Cannot .*: the device is gone\n/g)?.length, 4);
});
