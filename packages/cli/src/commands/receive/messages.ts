// `anyserial receive --framing`: a message on a line.

import type { SerialPort } from "anyserial";
import type { CommandFraming } from "../../options/framing.ts";
import { MessageSink, type MessageSinkOptions } from "../../terminal/message-sink.ts";
import { type CollectMessagesOptions, collectMessages } from "../../transfer/collect-messages.ts";
import type { Deadline } from "../../transfer/deadline.ts";

/** When receiving is done, and how messages are printed. */
export interface MessagesOptions extends MessageSinkOptions {
  readonly framing: CommandFraming;
  readonly goal: Omit<CollectMessagesOptions, "onMessage" | "onError">;
  readonly deadline: Deadline;
}

/**
 * Prints the messages of a port.
 *
 * @param port Where from.
 * @param options When it is done.
 * @throws `deadline.signal.reason` — the time is over; but if nothing else ends it, one message is enough.
 * @throws As `FramedPort.messages()`.
 */
export async function receiveMessages(port: SerialPort, options: MessagesOptions): Promise<void> {
  const { deadline, output, framing, goal } = options;
  const sink = new MessageSink(options);
  const end = (reason: string): Promise<void> | undefined => {
    const { messages, invalid } = sink;
    return output.isJson
      ? output.json({ path: port.path, end: reason, messages, invalid })
      : undefined;
  };
  try {
    const reason = await collectMessages(port.framed(framing.framing), {
      ...goal,
      onMessage: (message) => sink.take(message),
      onError: (error) => sink.reject(error),
    });
    await end(reason);
  } catch (error) {
    const isTimeout = deadline.isReason(error);
    if (isTimeout || !deadline.signal.aborted) await end(isTimeout ? "timeout" : "failed");
    const hasGoal = [goal.until, goal.count, goal.idleMs].some((value) => value !== undefined);
    if (!(isTimeout && !hasGoal && sink.messages > 0)) throw error;
  }
}
