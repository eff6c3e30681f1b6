// Where a page is in its stream, as the id of a server-sent event: `epoch.message.event`.

/** Place in the stream. */
export interface Position {
  /** One life of the feed; numbers of another one mean nothing. */
  readonly epoch: string;
  /** Number of the last message. */
  readonly message: number;
  /** Number of the last event. */
  readonly event: number;
}

/** Writes a position. */
export function formatPosition({ epoch, message, event }: Position): string {
  return `${epoch}.${message}.${event}`;
}

/**
 * Reads a position.
 *
 * @param text Anything that a client sent.
 * @returns The position; `undefined` when it is none.
 */
export function parsePosition(text: string | undefined): Position | undefined {
  const match = /^([0-9a-z]{1,32})\.(\d{1,15})\.(\d{1,15})$/.exec(text ?? "");
  if (match === null) return undefined;
  const [, epoch = "", message, event] = match;
  return { epoch, message: Number(message), event: Number(event) };
}
