// Events as lines: text for people, JSON for programs. A reader that is too slow loses lines, and is told
// how many; the hub does not wait and does not hoard.

import type { HubEvent } from "@anyserial/hub";
import { formatTime } from "../../line-stamper.ts";
import { describeError } from "../../output.ts";
import { oneLine } from "../../printable.ts";
import type { OutputStream } from "../../streams.ts";
import { eventText } from "./event-text.ts";

/** Text that may wait for the reader, in bytes. */
const WAITING_BYTES_MAX = 1024 * 1024;

/** Prints events. */
export class LogView {
  readonly #stream: OutputStream;
  readonly #isJson: boolean;
  #lost = 0;

  /**
   * @param stream Where to print.
   * @param isJson One JSON object a line instead of text.
   */
  constructor(stream: OutputStream, isJson: boolean) {
    this.#stream = stream;
    this.#isJson = isJson;
  }

  /** Prints what happened in the hub. */
  event(event: HubEvent): void {
    const error = "error" in event ? { error: describeError(event.error) } : {};
    this.print(event.type, eventText(event), { ...event, ...error });
  }

  /** Prints something else; `fields` are for programs. */
  print(name: string, text: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (this.#stream.writableLength > WAITING_BYTES_MAX) {
      this.#lost++;
      return;
    }
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0)
      this.#write("lost-lines", `${lost} lines lost: nobody read them`, { lines: lost });
    this.#write(name, text, fields);
  }

  #write(name: string, text: string, fields: Readonly<Record<string, unknown>>): void {
    const { type: _type, ...rest } = fields;
    const line = this.#isJson
      ? JSON.stringify({ event: name, time: Date.now(), ...rest })
      : `${formatTime(new Date())}  ${oneLine(text)}`;
    this.#stream.write(`${line}\n`);
  }
}
