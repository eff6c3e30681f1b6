// A terminal in raw mode: every key comes at once and unchanged, Ctrl-C included. It is always put
// back: by the caller, and when the process ends in any other way than by SIGKILL.

import type { InputStream } from "./streams.ts";

/**
 * Puts a terminal into raw mode.
 *
 * @param stdin The terminal; anything else is left as it is.
 * @returns Puts the terminal back into the mode that it had; may be called again.
 */
export function enterRawMode(stdin: InputStream): () => void {
  if (stdin.isTTY !== true) return () => undefined;
  const wasRaw = stdin.isRaw === true;
  const ignore = (): void => undefined;
  const reenter = (): void => {
    stdin.setRawMode?.(false); // the shell has changed the terminal behind Node's back
    stdin.setRawMode?.(true);
  };
  const restore = (): void => {
    process.removeListener("exit", restore);
    process.removeListener("SIGCONT", reenter);
    stdin.on("error", ignore); // a terminal that is gone needs no restoring
    stdin.setRawMode?.(wasRaw);
    stdin.off("error", ignore);
  };
  process.once("exit", restore);
  process.on("SIGCONT", reenter);
  stdin.setRawMode?.(true);
  return restore;
}
