// The monitor at work: ports come and go, bytes flow both ways, until something ends it.

import { SerialDisconnectedError, type SerialPort } from "anyserial";
import { closePort } from "../../transfer/open-port.ts";
import { type Actions, settingsText } from "./actions.ts";
import type { Display } from "./display.ts";
import type { Link } from "./link.ts";
import type { LogFile } from "./log-file.ts";

/** Objects that a conversation uses. */
export interface ConversationParts {
  readonly actions: Actions;
  readonly display: Display;
  readonly link: Link;
  readonly log: LogFile | undefined;
  /** What to say when a port is open, after its name. */
  readonly greeting: string;
  /** A device that goes away is waited for. */
  readonly reconnect: boolean;
  /** Called with every chunk that arrives. */
  readonly onReceived: () => void;
  /** Aborted when closing a port must not wait for unsent bytes. */
  readonly urgent: AbortSignal;
  /** Ends the conversation. */
  readonly signal: AbortSignal;
}

/**
 * Receives from one port after the other.
 *
 * @param sessions Open ports.
 * @param parts Display, log and listeners of the received bytes.
 * @throws {@link SerialDisconnectedError} — the device went away, and no further port came.
 * @throws `parts.signal.reason` — the signal is aborted.
 * @throws As `SerialPort.receive()` and as `sessions`.
 */
export async function converse(
  sessions: AsyncIterable<SerialPort>,
  parts: ConversationParts,
): Promise<never> {
  let gone: unknown;
  for await (const port of sessions) {
    gone = await receiveAll(port, parts);
    if (parts.reconnect) reportGone(port.path, parts.display);
  }
  throw gone;
}

async function receiveAll(
  port: SerialPort,
  parts: ConversationParts,
): Promise<SerialDisconnectedError> {
  const { actions, display, link, signal } = parts;
  try {
    const message = `connected to ${port.path}, ${await settingsText(port)}${parts.greeting}`;
    display.status({ event: "connected", message, path: port.path });
    display.begin(port.config);
    actions.portOpened(port);
    link.attach(port);
    for (;;) await take(await port.receive({ signal }), parts);
  } catch (error) {
    if (error instanceof SerialDisconnectedError && !signal.aborted) return error;
    throw error;
  } finally {
    link.detach();
    display.gone();
    await closePort(port, parts.urgent);
  }
}

async function take(bytes: Uint8Array, parts: ConversationParts): Promise<void> {
  parts.onReceived();
  await parts.log?.write(bytes);
  await parts.display.received(bytes);
}

function reportGone(path: string, display: Display): void {
  const message = `disconnected: waiting for ${path} to come back`;
  display.status({ event: "disconnected", message, path });
}
