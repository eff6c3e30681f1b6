// The conformance suite over the kernel's terminal driver: two ptys with a cable between them, with
// a system that works, and with one whose reads and writes go wrong wherever they may.

import { test } from "node:test";
import { openSerialPort } from "anyserial";
import { FaultPlan } from "anyserial/testing";
import { backendSuite, type SuiteTest } from "anyserial/testing/conformance";
import { openFaultyPty } from "../helpers/faulty-pty.ts";
import { keepReactor, leakFree } from "../helpers/leak-free.ts";
import { PTY_LACKS } from "../helpers/on-pty.ts";
import { openPtyCable } from "../helpers/pty-cable.ts";

await keepReactor();

/** Each test leaves no descriptor, timer or thread behind. */
const cleanTest: SuiteTest = (name, options, run) => test(name, options, leakFree(run));

backendSuite({
  test: cleanTest,
  name: "pty",
  makePair: (config) => openPtyCable(config),
  openAgain: openSerialPort,
  missing: PTY_LACKS,
});

backendSuite({
  test: cleanTest,
  name: "pty with interrupts, storms and short transfers",
  makePair: (config) =>
    openPtyCable(config, (settings) => {
      const plan = new FaultPlan({
        eintr: { times: 3, probability: 0.5 },
        eagain: { times: 3, everyCalls: 3 },
        shortReads: { maxBytes: 100, probability: 0.5 },
        shortWrites: { maxBytes: 100, probability: 0.5 },
      });
      return openFaultyPty(plan, settings);
    }),
  missing: { ...PTY_LACKS, wholeReads: "its reads are cut short" },
});
