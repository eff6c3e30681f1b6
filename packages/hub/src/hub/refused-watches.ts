// Watches that the library could not set up, as events of a hub. The hub works without them, but
// more slowly, so the log of a service should have them.

import { subscribe, unsubscribe } from "node:diagnostics_channel";

const CHANNEL = "anyserial:watch";

/** The message that the library publishes. */
interface RefusedWatch {
  readonly kind: string;
  readonly error: Error;
  readonly consequence: string;
}

/**
 * Calls a listener when the system refuses to watch something, once for each kind of watch.
 *
 * @param listener Called with the error, whose message says what follows.
 * @returns Stops it.
 */
export function onRefusedWatch(listener: (error: Error) => void): () => void {
  const known = new Set<string>();
  const onMessage = (message: unknown): void => {
    const { kind, error, consequence } = message as RefusedWatch;
    if (known.has(kind)) return;
    known.add(kind);
    listener(new Error(`${error.message}: ${consequence}`, { cause: error }));
  };
  subscribe(CHANNEL, onMessage);
  return () => void unsubscribe(CHANNEL, onMessage);
}
