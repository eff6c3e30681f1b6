// A watch that the system refuses: reported once for each kind of watch, since its slower
// substitute would not be noticed otherwise.

import { isSerialError, SerialError } from "../errors/errors.ts";
import { publishRefusedWatch } from "./diagnostics.ts";
import { processWide } from "./process-wide.ts";

/** Kinds of watches, and their substitutes. */
const INSTEAD = {
  presence: "emulated ports are polled 20 times a second for an application",
  reads: "an emulated port whose application reads slowly may be reported as stalled",
  links: "the links of emulated ports are polled once a second",
  ports: "the list of ports is polled once a second",
  paths: "a port that is not there is tried once a second",
} as const;

/** What to do at the limit of the system. */
const LIMIT_HINT =
  "raise fs.inotify.max_user_instances or fs.inotify.max_user_watches with sysctl, or end a program that uses many watches";

export type WatchKind = keyof typeof INSTEAD;

/** One warning a process, however many copies of the package it has loaded. */
const reported = processWide("refused-watches.1", () => new Set<WatchKind>());

/**
 * Reports that a watch was refused: to the channel `anyserial:watch` each time, and as a process warning once
 * for each kind.
 *
 * @param kind The refused watch.
 * @param cause Why.
 */
export function reportRefusedWatch(kind: WatchKind, cause: unknown): void {
  const error = isSerialError(cause) ? cause : wrapped(cause);
  publishRefusedWatch({ kind, error, consequence: INSTEAD[kind] });
  if (reported.has(kind)) return;
  reported.add(kind);
  process.emitWarning(`${error.message}: ${INSTEAD[kind]}`, {
    type: "SerialWatchWarning",
    code: error.code,
    ...(error.hint === undefined ? {} : { detail: error.hint }),
  });
}

/** An error of node:fs. */
function wrapped(cause: unknown): SerialError {
  const { code = "?", errno, syscall = "watch" } = cause as NodeJS.ErrnoException;
  return new SerialError(`Cannot watch a folder: ${syscall} failed (${code})`, {
    code: "ERR_SERIAL_WATCH",
    errno: errno === undefined ? undefined : Math.abs(errno),
    syscall,
    cause,
    hint: code === "EACCES" ? "let this user read the folder" : LIMIT_HINT,
  });
}
