// Writes a message into a stream, and believes only an answer that can be believed. A server may say that it has
// a message already although it has not: in some versions it notes the id before the other servers have agreed,
// and the note outlives an election that removes the message.

/** The part of a stream's client that writes. */
export interface Publisher {
  publish(
    subject: string,
    bytes: Uint8Array,
    options: { readonly msgID: string; readonly timeout: number },
  ): Promise<{ readonly duplicate: boolean }>;
}

/** What to write. */
export interface Append {
  readonly subject: string;
  readonly bytes: Uint8Array;
  /** The same for each attempt. */
  readonly id: string;
  readonly timeoutMs: number;
}

/** An attempt with the same id is under way, or was and came to nothing. */
const IN_PROCESS = "duplicate message id is in process";

/** Writes messages. */
export class Appender {
  /** Makes ids that were never used. */
  #count = 0;

  /**
   * Writes a message. If the stream is said to have it, it is written once more under another id: the readers
   * know it by its number and drop one of both.
   *
   * @throws Any error — it is not known whether the stream has it.
   */
  async append(publisher: Publisher, { subject, bytes, id, timeoutMs }: Append): Promise<void> {
    const isNew = await publisher.publish(subject, bytes, { msgID: id, timeout: timeoutMs }).then(
      ({ duplicate }) => !duplicate,
      (error: unknown) => {
        if (error instanceof Error && error.message.includes(IN_PROCESS)) return false;
        throw error;
      },
    );
    if (isNew) return;
    const other = `${id}:${Date.now()}:${++this.#count}`;
    await publisher.publish(subject, bytes, { msgID: other, timeout: timeoutMs });
  }
}
