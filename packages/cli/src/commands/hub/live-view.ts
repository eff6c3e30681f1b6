// The live table: drawn once a second while nothing moves, four times while something does, with the last
// events below.

import type { HubSnapshot } from "@anyserial/hub";
import { formatTime } from "../../text/line-stamper.ts";
import { oneLine } from "../../text/printable.ts";
import { Rates } from "./rates.ts";
import { Screen, type TerminalStream } from "./screen.ts";
import { drawTable } from "./table.ts";

const IDLE_INTERVAL_MS = 1000;
const BUSY_INTERVAL_MS = 250;
/**
 * Drawing takes at most one twentieth of the time: a table of hundreds of members is drawn less
 * often.
 */
const PAUSE_PER_DRAWING = 20;
const EVENTS_SHOWN = 8;
/** Smallest table that is worth its space; events get the rest. */
const TABLE_LINES_MIN = 6;

/** Options of {@link LiveView}. */
export interface LiveViewOptions {
  readonly stdout: TerminalStream;
  readonly title: string;
  readonly snapshot: () => HubSnapshot;
  /** Shown below the events. */
  readonly footer: readonly string[];
}

/** Shows a hub on a terminal. */
export class LiveView {
  readonly #options: LiveViewOptions;
  readonly #screen: Screen;
  readonly #rates = new Rates();
  #events: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param options Terminal and what to show. */
  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#screen = new Screen(options.stdout, () => this.#tick());
  }

  /** Takes the terminal and begins. */
  start(): void {
    this.#screen.enter();
    this.#tick();
  }

  /** Notes an event; shown with the next picture, so that a flood of them costs no drawing. */
  note(text: string): void {
    const line = `${formatTime(new Date())}  ${oneLine(text)}`;
    this.#events = [...this.#events, line].slice(-EVENTS_SHOWN);
  }

  /** Gives the terminal back. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#screen.leave();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    const startedAt = performance.now();
    const snapshot = this.#options.snapshot();
    this.#rates.update(snapshot);
    this.#screen.draw(this.#lines(snapshot));
    const intervalMs = this.#rates.isMoving ? BUSY_INTERVAL_MS : IDLE_INTERVAL_MS;
    const pauseMs = PAUSE_PER_DRAWING * (performance.now() - startedAt);
    this.#timer = setTimeout(() => this.#tick(), Math.max(intervalMs, pauseMs));
  }

  #lines(snapshot: HubSnapshot): readonly string[] {
    const { title, footer } = this.#options;
    const table = drawTable({ snapshot, rates: this.#rates, title });
    const below = ["", ...this.#events, "", ...footer.map(oneLine)];
    const room = Math.max(TABLE_LINES_MIN, this.#screen.rows - below.length);
    if (table.length <= room) return [...table, ...below];
    const hidden = table.length - room + 1;
    return [...table.slice(0, room - 1), `  … ${hidden} more lines: enlarge the window`, ...below];
  }
}
