// Two ways in which a terminal could stop the process from ending well. One that is not read (a frozen
// window, a full multiplexer) would block it: Node makes terminals block, this takes it back. One that
// is gone would make Node abort at the very end.

import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { isatty } from "node:tty";

const STANDARD_STREAMS = [0, 1, 2];

/** The handle under a stream of Node, as far as it is needed; it has no public interface. */
interface HandleOwner {
  readonly _handle?: { readonly setBlocking?: (blocking: boolean) => unknown } | null;
}

/**
 * Chooses how writes to a terminal wait. Node sets `true` for every terminal, so that a sudden end
 * does not cut off output: with `false` the caller must wait for the stream before the end.
 *
 * @param stream Standard output or error; anything but a terminal is left as it is.
 * @param blocking `true`: in the kernel, stopping the event loop; `false`: in the stream.
 * @see libuv, src/unix/tty.c, uv_tty_init(): the terminal is reopened, so that its other users are
 *   not affected
 */
export function setTerminalBlocking(stream: NodeJS.WriteStream, blocking: boolean): void {
  if (!stream.isTTY) return;
  (stream as HandleOwner)._handle?.setBlocking?.(blocking); // see HandleOwner
}

/**
 * Finds the standard streams that are terminals.
 *
 * @returns Their descriptors.
 */
export function listTerminals(): readonly number[] {
  return STANDARD_STREAMS.filter((fd) => isatty(fd));
}

/**
 * Puts nothing in the place of terminals that are gone: at its end, Node sets those it finds open back to
 * their settings from before, and aborts where that fails. Their numbers stay taken: a thread that starts
 * now would get them for its own files, and Node aborts when it closes a file of such a number.
 *
 * @param terminals Descriptors that were terminals at the start.
 * @see node, src/node.cc, ResetStdio(): EPERM is the only failure that it tolerates
 * @see libuv, src/unix/core.c, uv__close()
 */
export function replaceGoneTerminals(terminals: readonly number[]): void {
  for (const fd of terminals) {
    if (isatty(fd)) continue;
    closeSync(fd);
    openSync(devNull, "r+"); // takes the lowest number that is free
  }
}
