// Feeds both ends of RFC 2217 sessions that were mutated: `node scripts/fuzz-remote.mjs [SESSIONS] [SEED]`. The same
// seed gives the same sessions. Checked of each session: nothing is thrown, nothing is left waiting, no answer is
// malformed, and no input brings forth answers without bound.
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import {
  CONTROL,
  decodeComPort,
  encodeComPort,
} from "../packages/anyserial/dist/remote/com-port.js";
import { ComPortClient } from "../packages/anyserial/dist/remote/com-port-client.js";
import {
  DO,
  DONT,
  negotiation,
  TelnetDecoder,
  WILL,
  WONT,
} from "../packages/anyserial/dist/remote/telnet.js";
import { ComPortServer } from "../packages/anyserial/dist/serving/com-port-server.js";

/** The longest answer to the shortest question is a signature; and a setting may set off a notification. */
const MOST_ANSWER_BYTES = 64;
const MOST_MUTATIONS = 6;
const BATCH = 1000;

if (isMainThread) await main();
else await runWorker(workerData);

async function main() {
  const [sessions = 1_000_000, seed = 2217] = process.argv.slice(2).map(Number);
  const threads = Math.min(cpus().length, 4);
  const started = Date.now();
  const results = await Promise.all(
    Array.from({ length: threads }, (_, index) => {
      const share = Math.floor(sessions / threads) + (index < sessions % threads ? 1 : 0);
      return inWorker({ sessions: share, seed: seed + index });
    }),
  );
  const failures = results.flatMap(({ failures }) => failures);
  for (const failure of failures.slice(0, 5)) console.error(failure);
  const bytes = results.reduce((sum, result) => sum + result.bytes, 0);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `${sessions} sessions, ${bytes} bytes, ${threads} threads, seed ${seed}, ${seconds} s`,
  );
  console.log(`${sessions - failures.length} passed, ${failures.length} failed`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

function inWorker(data) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: data });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

async function runWorker({ sessions, seed }) {
  const random = generator(seed);
  const whole = { client: clientSession(), server: serverSession() };
  const failures = [];
  let bytes = 0;
  for (let count = 0; count < sessions; count++) {
    const from = count % 2 === 0 ? "client" : "server";
    const session = mutate(whole[from], random);
    const chunks = cut(session, random);
    bytes += session.length;
    try {
      await (from === "client" ? feedServer(chunks) : feedClient(chunks));
    } catch (error) {
      const hex = chunks.map((chunk) => Buffer.from(chunk).toString("hex")).join(" ");
      failures.push(`${from}: ${error.stack}\n${hex}`);
      if (failures.length >= 20) break;
    }
    // Promises alone never let the messages of this thread out.
    if (count % BATCH === 0) await new Promise(setImmediate);
  }
  parentPort.postMessage({ failures, bytes });
}

/** Bytes of a client from the first to the last. */
function clientSession() {
  const ask = (message) => encodeComPort("client", message);
  return Buffer.concat([
    negotiation(WILL, 44),
    negotiation(DO, 0),
    negotiation(WILL, 0),
    negotiation(DO, 24),
    ask({ kind: "signature", text: new Uint8Array(0) }),
    ask({ kind: "baudRate", value: 0xffff }),
    ask({ kind: "dataBits", value: 7 }),
    ask({ kind: "parity", value: 3 }),
    ask({ kind: "stopBits", value: 2 }),
    ask({ kind: "control", value: CONTROL.flowRtsCts }),
    ask({ kind: "control", value: CONTROL.dtrOff }),
    ask({ kind: "modemStateMask", value: 255 }),
    ask({ kind: "lineStateMask", value: 30 }),
    Buffer.from([1, 255, 255, 2, 13, 10]),
    ask({ kind: "purge", value: 3 }),
    ask({ kind: "suspend" }),
    ask({ kind: "resume" }),
    Buffer.from("*IDN?\n"),
    ask({ kind: "control", value: CONTROL.breakOn }),
    ask({ kind: "control", value: CONTROL.breakOff }),
  ]);
}

/** Bytes of a server. */
function serverSession() {
  const answer = (message) => encodeComPort("server", message);
  return Buffer.concat([
    negotiation(WILL, 1),
    negotiation(DO, 44),
    negotiation(WILL, 0),
    negotiation(DO, 0),
    answer({ kind: "signature", text: new TextEncoder().encode("a server") }),
    answer({ kind: "baudRate", value: 0xff_ff00 }),
    answer({ kind: "dataBits", value: 8 }),
    answer({ kind: "parity", value: 1 }),
    answer({ kind: "stopBits", value: 1 }),
    answer({ kind: "control", value: CONTROL.flowNone }),
    answer({ kind: "modemState", value: 0xb1 }),
    answer({ kind: "lineState", value: 16 }),
    Buffer.from([0, 255, 255, 7]),
    answer({ kind: "suspend" }),
    answer({ kind: "resume" }),
    Buffer.from("DEMO 1\r\n"),
    answer({ kind: "purge", value: 1 }),
  ]);
}

async function feedServer(chunks) {
  const answers = checker("server");
  const line = {
    outputs: { dtr: true, rts: true },
    isBreaking: false,
    settings: () => ({ baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1, flow: "none" }),
    apply: async () => undefined,
    setOutputs: async () => undefined,
    setBreak: async () => undefined,
    discard: async () => undefined,
    modemLines: async () => ({ cts: true, dsr: false, ri: false, dcd: false }),
  };
  const clock = { now: () => 0, sleep: async () => undefined };
  const server = new ComPortServer({
    line,
    clock,
    mayControl: () => true,
    send: answers.take,
    data: () => undefined,
    onSuspend: () => undefined,
    signature: "fuzz",
  });
  server.start();
  for (const chunk of chunks) {
    await server.receive(chunk);
    answers.allow(chunk.length);
  }
  server.modemLinesChanged({ cts: false, dsr: true, ri: false, dcd: false });
  server.lineError("break");
  await server.end();
}

async function feedClient(chunks) {
  const answers = checker("client");
  const client = new ComPortClient({
    send: answers.take,
    onData: () => undefined,
    onAgreement: () => undefined,
    onLineState: () => undefined,
    onModemState: () => undefined,
    onSuspend: () => undefined,
  });
  client.start();
  client.ask({ kind: "baudRate", value: 9600 });
  client.ask({ kind: "signature", text: new Uint8Array(0) });
  for (const chunk of chunks) {
    client.receive(chunk);
    answers.allow(chunk.length);
  }
}

/** Counts the answers, and decodes them as the other side would. */
function checker(sender) {
  let sent = 0;
  let allowed = 256; // bytes that may be sent without a question
  const decoder = new TelnetDecoder({
    data: (bytes) => {
      throw new Error(`an answer became data: ${Buffer.from(bytes).toString("hex")}`);
    },
    negotiation: (verb) => {
      if (![WILL, WONT, DO, DONT].includes(verb)) throw new Error(`verb ${verb}`);
    },
    subnegotiation: (option, payload) => {
      if (option !== 44) throw new Error(`option ${option}`);
      if (decodeComPort(sender, payload) === undefined) throw new Error("a malformed answer");
    },
    command: (code) => {
      throw new Error(`command ${code}`);
    },
  });
  return {
    take: (bytes) => {
      sent += bytes.length;
      decoder.push(bytes);
    },
    allow: (received) => {
      allowed += received * MOST_ANSWER_BYTES;
      if (sent > allowed) throw new Error(`${sent} bytes sent where ${allowed} are allowed`);
    },
  };
}

function mutate(session, random) {
  let bytes = [...session];
  for (let times = 1 + random(MOST_MUTATIONS); times > 0; times--) {
    const at = random(bytes.length + 1);
    const length = 1 + random(8);
    switch (random(6)) {
      case 0:
        bytes[at % bytes.length] = random(256);
        break;
      case 1:
        bytes.splice(at, length);
        break;
      case 2:
        bytes.splice(at, 0, ...bytes.slice(at, at + length));
        break;
      case 3:
        bytes.splice(at, 0, [255, 250, 240, 253, 44][random(5)]);
        break;
      case 4:
        bytes.splice(at, 0, ...Array.from({ length }, () => random(256)));
        break;
      default:
        bytes = bytes.slice(0, at);
    }
    if (bytes.length === 0) bytes = [255];
  }
  return Uint8Array.from(bytes);
}

function cut(bytes, random) {
  const chunks = [];
  for (let at = 0; at < bytes.length; ) {
    const length = random(3) === 0 ? 1 + random(4) : 1 + random(bytes.length);
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

/** Integers from 0 to below a bound, the same for the same seed (xorshift32). */
function generator(seed) {
  let state = seed | 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}
