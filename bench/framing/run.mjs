// The framings' part of the benchmark: `npm run bench -- framing`. Lines beside node-serialport's parser
// on the same chunks, in turns in one process, and how late the silence of idleGap() is noticed.
import { performance } from "node:perf_hooks";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ReadlineParser } from "serialport";
import { against, line } from "../lines.mjs";
import { deliver, describeMachine } from "../report.mjs";
import { pick, runRounds } from "../rounds.mjs";
import { percentile } from "../statistics.mjs";

/** The slow ones, which have no goal, read a tenth of the bytes. */
const CONTENDERS = [
  { id: "anyserial", title: "framing.decoder()" },
  { id: "transform", title: "decodeTransform()" },
  { id: "stream", title: "decodeStream()", isSlow: true },
  { id: "framed", title: "for await of framed()", isSlow: true },
  { id: "serialport", title: "ReadlineParser" },
];
const LINE_BYTES = 40;
const MEGABYTE = 1e6;

/**
 * Runs it.
 *
 * @param args Options: `--rounds N`, `--quick`, `--strict`, `--json`.
 * @returns The exit code.
 */
export async function run(args) {
  const { values: options } = parseArgs({
    args,
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const library = await import("../../packages/anyserial/dist/framing.js");
  const machine = describeMachine();
  const rounds = Number(options.rounds ?? (options.quick ? 3 : 10));
  const megabytes = options.quick ? 10 : 100;
  const lines = [];
  for (const chunkBytes of [65_536, 1024]) {
    console.error(`bench: framing, lines in chunks of ${chunkBytes} bytes`);
    lines.push(await lineRow({ library, rounds, megabytes, chunkBytes }));
  }
  console.error("bench: framing, silence");
  lines.push(...(await gapRows(library, options.quick ? 200 : 1000)));
  const result = { machine, quick: options.quick, contenders: CONTENDERS, lines };
  return deliver(result, "framing", options);
}

async function lineRow({ library, rounds, megabytes, chunkBytes }) {
  const all = { megabytes, chunks: chunksOf(megabytes * MEGABYTE, chunkBytes) };
  const few = { megabytes: megabytes / 10, chunks: chunksOf(megabytes * 1e5, chunkBytes) };
  const runs = runsOf(library);
  const turn = async ({ id, isSlow }) => {
    const { megabytes, chunks } = isSlow ? few : all;
    const expected = (megabytes * MEGABYTE) / LINE_BYTES;
    globalThis.gc?.();
    const start = process.cpuUsage();
    const count = await runs[id](chunks);
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6; // of the processor: others may use it, too
    if (count !== expected) throw new Error(`${id} found ${count} lines, not ${expected}`);
    return { speed: megabytes / seconds };
  };
  for (const contender of CONTENDERS) await turn(contender);
  const results = await runRounds(CONTENDERS, rounds, turn);
  const measure = `${megabytes} MB in lines of ${LINE_BYTES} bytes, chunks of ${chunkBytes}`;
  const goal = { text: "≥ 3 × ReadlineParser", holds: (ratio) => ratio >= 3 };
  return against(line(measure, "MB per CPU second", pick(results, "speed")), "serialport", goal);
}

/** Each counts the lines; all get the same chunks. */
function runsOf({ lines, framed }) {
  const framing = lines({ ending: "lf" });
  return {
    anyserial: (chunks) => {
      let count = 0;
      const decoder = framing.decoder({
        onMessage: () => count++,
        onError: (error) => {
          throw error;
        },
      });
      for (const chunk of chunks) decoder.push(chunk);
      return count;
    },
    transform: (chunks) => countIn(framing.decodeTransform(), chunks),
    stream: async (chunks) => {
      let count = 0;
      const source = new ReadableStream({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(chunk);
          controller.close();
        },
      });
      for await (const _ of source.pipeThrough(framing.decodeStream())) count++;
      return count;
    },
    framed: async (chunks) => {
      let at = 0;
      let count = 0;
      const end = new Error("the end");
      const source = {
        path: "bench",
        receive: async () => {
          if (at === chunks.length) throw end;
          return chunks[at++];
        },
        send: async () => undefined,
      };
      try {
        for await (const _ of framed(source, framing)) count++;
      } catch (error) {
        if (error !== end) throw error;
      }
      return count;
    },
    serialport: (chunks) => countIn(new ReadlineParser({ delimiter: "\n" }), chunks),
  };
}

async function countIn(stream, chunks) {
  let count = 0;
  stream.on("data", () => count++);
  const ended = new Promise((resolve, reject) => stream.once("end", resolve).once("error", reject));
  Readable.from(chunks, { objectMode: false }).pipe(stream);
  await ended;
  return count;
}

function chunksOf(bytes, chunkBytes) {
  const text = Buffer.from(`${"0123456789".repeat(4).slice(1)}\n`.repeat(chunkBytes));
  const chunks = [];
  for (let at = 0; at < bytes; at += chunkBytes) {
    const from = at % LINE_BYTES;
    chunks.push(Buffer.from(text.subarray(from, from + Math.min(chunkBytes, bytes - at))));
  }
  return chunks;
}

/** How much later than its gap a message ends. */
async function gapRows({ idleGap }, count) {
  const rows = [];
  for (const ms of [2, 5]) {
    const late = [];
    for (let index = 0; index < count; index++) {
      late.push(await lateness(idleGap({ ms }), ms));
      await sleep(Math.random() * 3);
    }
    late.sort((a, b) => a - b);
    const goal = "p99 < 1 ms";
    const base = line(`idleGap({ ms: ${ms} }), p50 too late`, "ms", {
      anyserial: [percentile(late, 0.5)],
    });
    const p99 = percentile(late, 0.99);
    const worst = line(`idleGap({ ms: ${ms} }), p99 too late`, "ms", { anyserial: [p99] });
    rows.push(base, { ...worst, goal, holds: p99 < 1 && late[0] >= 0 }); // none early
  }
  return rows;
}

/** The clock is read before the last bytes: whoever else has the processor then delays, and never hastens. */
function lateness(framing, ms) {
  return new Promise((resolve, reject) => {
    let start = 0;
    const decoder = framing.decoder({
      onMessage: () => resolve(performance.now() - start - ms),
      onError: reject,
    });
    decoder.push(Buffer.from("ab"));
    start = performance.now();
    decoder.push(Buffer.from("c"));
  });
}
