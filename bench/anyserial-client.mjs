// anyserial-client.mjs ENTRY PATH…: the contender under test. ENTRY is the URL of the built
// package's main module, so that two builds can be compared. Commands beside those in protocol.mjs:
//
//   readInto BYTES    like read, into one piece of memory
//   cancel COUNT      receives that are aborted     -> { p50Us, p99Us, maxUs }
//   allocation COUNT  receiveInto calls on a flood  -> { heapBytes, payloadBytes, receivedBytes }
import { countThreads, cpuUs, PatternCheck, serve, summarizeRoundTrips } from "./protocol.mjs";
import { percentile } from "./statistics.mjs";

const RECEIVE_BYTES = 65_536;

const [entry, ...paths] = process.argv.slice(2);
const { openSerialPort } = await import(entry);
const ports = await Promise.all(paths.map((path) => openSerialPort(path, { baudRate: 115_200 })));
const [port] = ports;
const byte = new Uint8Array([0x78]);

await serve({ roundTrips, together, read, readInto, cancel, allocation });

async function roundTrips(count) {
  const samples = new Float64Array(count);
  const cpu = cpuUs();
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await port.send(byte);
    await port.receive();
    samples[i] = performance.now() - start;
  }
  return summarizeRoundTrips(samples, cpuUs() - cpu);
}

async function together(count) {
  const roundTrip = async (one) => {
    await one.send(byte);
    await one.receive();
  };
  const start = performance.now();
  const cpu = cpuUs();
  for (let i = 0; i < count; i++) await Promise.all(ports.map(roundTrip));
  const each = count * ports.length;
  return {
    wallUs: ((performance.now() - start) * 1000) / each,
    cpuUs: (cpuUs() - cpu) / each,
    threads: countThreads(),
  };
}

async function read(wanted) {
  const check = new PatternCheck(wanted);
  while (!check.isDone) check.take(await port.receive({ maxBytes: RECEIVE_BYTES }));
  return check.summarize();
}

async function readInto(wanted) {
  const check = new PatternCheck(wanted);
  const bytes = new Uint8Array(RECEIVE_BYTES);
  while (!check.isDone) check.take(bytes, await port.receiveInto(bytes));
  return check.summarize();
}

/** From abort() to the rejection, of receives that are really waiting. */
async function cancel(count) {
  const samples = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const controller = new AbortController();
    const waiting = port.receive({ signal: controller.signal }).catch((reason) => reason);
    await new Promise(setImmediate);
    const start = performance.now();
    controller.abort();
    const reason = await waiting;
    samples[i] = performance.now() - start;
    if (reason !== controller.signal.reason) throw new Error("not canceled", { cause: reason });
  }
  samples.sort();
  const us = (fraction) => percentile(samples, fraction) * 1000;
  return { p50Us: us(0.5), p99Us: us(0.99), maxUs: us(1) };
}

/**
 * Bytes that the calls leave on the heap after a collection, and the growth of buffer memory before
 * it, when nothing had been collected yet.
 */
async function allocation(count) {
  const bytes = new Uint8Array(RECEIVE_BYTES);
  globalThis.gc();
  const before = process.memoryUsage();
  let receivedBytes = 0;
  for (let i = 0; i < count; i++) receivedBytes += await port.receiveInto(bytes);
  const payloadBytes = process.memoryUsage().arrayBuffers - before.arrayBuffers;
  globalThis.gc();
  return {
    heapBytes: process.memoryUsage().heapUsed - before.heapUsed,
    payloadBytes,
    receivedBytes,
  };
}
