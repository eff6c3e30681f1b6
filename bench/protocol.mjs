// How run.mjs talks to a contender: the contender opens the ports named by its arguments, prints
// {"ready":true}, then answers every line of standard input with one line of JSON.
//
//   roundTrips COUNT  1 byte there and back on the first port   -> { p50Us, p90Us, p99Us, cpuUs }
//   together COUNT    1 byte there and back on all ports at once -> { wallUs, cpuUs, threads }
//                     (per port and round)
//   read BYTES        until so many bytes of flood.c came       -> { seconds, cpuSeconds, intact, calls }
//
// CPU time is of the contender's own process with all its threads. This file is the contender's
// side of it, for those written in JavaScript.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { percentile } from "./statistics.mjs";

/** Byte i of the flood is i % PATTERN_PERIOD. */
const PATTERN_PERIOD = 251;

/** Answers commands until standard input ends. */
export async function serve(commands) {
  console.log(JSON.stringify({ ready: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, count, ...options] = line.split(" ");
    console.log(JSON.stringify(await commands[command](Number(count), ...options)));
  }
  process.exit();
}

/** User and system time of this process so far, in microseconds. */
export function cpuUs() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Threads of this process. */
export function countThreads() {
  return Number(/Threads:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
}

/** The answer to `roundTrips`; `samples` are milliseconds. */
export function summarizeRoundTrips(samples, cpu) {
  samples.sort();
  return {
    p50Us: percentile(samples, 0.5) * 1000,
    p90Us: percentile(samples, 0.9) * 1000,
    p99Us: percentile(samples, 0.99) * 1000,
    cpuUs: cpu / samples.length,
  };
}

/** Follows the flood: takes chunk after chunk, and makes the answer to `read`. */
export class PatternCheck {
  #start;
  #cpu;
  #done = 0;
  #calls = 0;
  #intact = true;
  #wanted;

  constructor(wanted) {
    this.#wanted = wanted;
  }

  /** Compares both ends of a chunk, so that the check costs every contender next to nothing. */
  take(chunk, length = chunk.length) {
    if (this.#calls++ === 0) {
      this.#start = performance.now();
      this.#cpu = cpuUs();
    }
    this.#intact &&= chunk[0] === this.#done % PATTERN_PERIOD;
    this.#done += length;
    this.#intact &&= chunk[length - 1] === (this.#done - 1) % PATTERN_PERIOD;
  }

  get isDone() {
    return this.#done >= this.#wanted;
  }

  summarize() {
    return {
      seconds: (performance.now() - this.#start) / 1000,
      cpuSeconds: (cpuUs() - this.#cpu) / 1e6,
      intact: this.#intact && this.#done === this.#wanted,
      calls: this.#calls,
    };
  }
}
