// serialport-client.mjs PATH…: node-serialport in its fastest form, "data" events without promises.
// Commands in protocol.mjs, and `allocation`, which counts chunks in place of calls, and `reopen`.
// BENCH_SERIALPORT names another package with the same exports.
import { countThreads, cpuUs, PatternCheck, serve, summarizeRoundTrips } from "./protocol.mjs";

const { SerialPort } = await import(process.env.BENCH_SERIALPORT ?? "serialport");
/** Chunks that came before a command asked for them. */
const early = [];
const ports = await Promise.all(process.argv.slice(2).map(openPort));
const [port] = ports;
const byte = Buffer.from("x");

await serve({ roundTrips, together, read, allocation, reopen });

function openPort(path) {
  return new Promise((resolve, reject) => {
    const opened = new SerialPort({ path, baudRate: 115_200 }, (error) =>
      error ? reject(error) : resolve(opened),
    );
    // Flowing, as in every program that uses it. A flood may begin before its reader.
    opened.on("data", (chunk) => {
      if (opened.listenerCount("data") === 1) early.push(chunk);
    });
  });
}

function roundTrips(count) {
  const samples = new Float64Array(count);
  const cpu = cpuUs();
  return new Promise((resolve) => {
    let done = 0;
    let start = performance.now();
    const onReply = () => {
      samples[done++] = performance.now() - start;
      if (done === count) {
        port.off("data", onReply);
        resolve(summarizeRoundTrips(samples, cpuUs() - cpu));
        return;
      }
      start = performance.now();
      port.write(byte);
    };
    port.on("data", onReply);
    port.write(byte);
  });
}

async function together(count) {
  const roundTrip = (one) =>
    new Promise((resolve) => {
      one.once("data", resolve);
      one.write(byte);
    });
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

function read(wanted) {
  const check = new PatternCheck(wanted);
  return new Promise((resolve) => {
    const onChunk = (chunk) => {
      check.take(chunk);
      if (!check.isDone) return;
      port.off("data", onChunk);
      resolve(check.summarize());
    };
    port.on("data", onChunk);
    for (const chunk of early.splice(0)) onChunk(chunk);
  });
}

/** Closes the port and opens it again. */
async function reopen(count) {
  const start = performance.now();
  const cpu = cpuUs();
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => port.close(resolve));
    await new Promise((resolve, reject) =>
      port.open((error) => (error ? reject(error) : resolve())),
    );
  }
  return { wallUs: ((performance.now() - start) * 1000) / count, cpuUs: (cpuUs() - cpu) / count };
}

function allocation(count) {
  globalThis.gc();
  const before = process.memoryUsage();
  return new Promise((resolve) => {
    let chunks = 0;
    let receivedBytes = 0;
    let payloadBytes = 0;
    const onChunk = (chunk) => {
      receivedBytes += chunk.length;
      const { arrayBuffers } = process.memoryUsage();
      payloadBytes = Math.max(payloadBytes, arrayBuffers - before.arrayBuffers);
      if (++chunks < count) return;
      port.off("data", onChunk);
      globalThis.gc();
      const heapBytes = process.memoryUsage().heapUsed - before.heapUsed;
      resolve({ heapBytes, payloadBytes, receivedBytes });
    };
    port.on("data", onChunk);
  });
}
