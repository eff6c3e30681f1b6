// The conformance suite over memory, ptys and our own server without a test runner, so that it runs on every runtime:
// run by test-runtimes.mjs. Ends with "N passed, N failed, N skipped".
import process from "node:process";
import { openPtyCable } from "../packages/anyserial/.test/helpers/pty-cable.js";
import {
  MORE_THAN_FITS,
  NO_RAW_LINE,
  NO_REMOTE_LINE,
  ON_TCP,
  remotePair,
} from "../packages/anyserial/.test/helpers/remote-pair.js";
import { backendSuite } from "../packages/anyserial/dist/conformance.js";
import { serialPortPair } from "../packages/anyserial/dist/testing.js";

const NO_REFUSAL = { refusal: "this driver takes every setting" };
const NO_LINE = Object.fromEntries(
  [
    "framing",
    "outputQueue",
    "modemLines",
    "modemLineCounts",
    "ring",
    "rtsCts",
    "break",
    "lineErrorCounters",
    "injectError",
  ].map((trait) => [trait, "a pty has no line"]),
);

const count = { passed: 0, failed: 0, skipped: 0 };
const tests = [];
const collect = (name, { skip, timeout }, run) => tests.push({ name, skip, timeout, run });

backendSuite({ test: collect, name: "memory", makePair: openMemoryPair, missing: NO_REFUSAL });
backendSuite({ test: collect, name: "pty", makePair: openPtyCable, missing: NO_LINE });
for (const [protocol, lacks] of [
  ["raw", NO_RAW_LINE],
  ["rfc2217", NO_REMOTE_LINE],
]) {
  backendSuite({
    test: collect,
    name: protocol,
    makePair: (config) => remotePair(protocol, config),
    moreThanFits: MORE_THAN_FITS,
    missing: { ...ON_TCP, ...lacks },
  });
}
for (const each of tests) await runOne(each);
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed > 0 ? 1 : 0;

async function openMemoryPair({ a, b }) {
  const pair = await serialPortPair({ a: { config: a }, b: { config: b } });
  return { a: pair.a, b: pair.b, hooks: pair.hooks.a };
}

async function runOne({ name, skip, timeout, run }) {
  if (skip) {
    count.skipped++;
    return;
  }
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still running after ${timeout} ms`)), timeout);
  });
  try {
    await Promise.race([run(), late]);
    count.passed++;
  } catch (error) {
    count.failed++;
    console.error(`${name}\n${error.stack}`);
  } finally {
    clearTimeout(timer);
  }
}
