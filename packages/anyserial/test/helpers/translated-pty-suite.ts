// The conformance suite over a backend of another POSIX system on ptys of Linux: the backend's own flags,
// structs and numbers, translated by the headers of the target (translated-libc.ts).

import { test } from "node:test";
import { backendSuite, type SuiteTest } from "anyserial/testing/conformance";
import type { Backend } from "../../dist/backend/backend.js";
import { createSerialConfig } from "../../dist/config/config.js";
import { openWith } from "../../dist/port/open.js";
import { leakFree } from "./leak-free.ts";
import { openOnPty, PTY_LACKS } from "./on-pty.ts";
import { openPtyCable } from "./pty-cable.ts";

/** Each test leaves no descriptor, timer or thread behind. */
const cleanTest: SuiteTest = (name, options, run) => test(name, options, leakFree(run));

/**
 * Runs the suite.
 *
 * @param target System and CPU whose numbers the backend speaks: `freebsd-x64`, …
 * @param backend The backend.
 */
export function translatedPtySuite(target: string, backend: Backend): void {
  backendSuite({
    test: cleanTest,
    name: target,
    makePair: (config) => openPtyCable(config, (settings) => openOnPty(backend, settings)),
    openAgain: (path, config) =>
      openWith(backend, { path, info: undefined }, createSerialConfig(config)),
    missing: PTY_LACKS,
  });
}
