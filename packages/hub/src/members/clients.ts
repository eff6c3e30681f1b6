// The clients of a listening member. One is served; another is refused, or takes its place, or
// waits until the rest of the first one's bytes have been read.

import type { Socket } from "node:net";
import type { MemberHost, Refusal } from "../engine/member.ts";
import { type Clock, systemClock } from "../engine/stall-watch.ts";
import type { BusyPolicy } from "../model/types.ts";
import { RefusalReport } from "./refusal-report.ts";

/** An answer is expected for this long after a client has sent something, if another client waits. */
const ANSWER_MS = 1000;
/** … and has ended when nothing was sent for this long. */
const AFTER_ANSWER_MS = 250;
/** A client that only receives any more is disconnected when nothing was sent to it for this long. */
const IDLE_MS = 10_000;

/** Dependencies of the clients. */
export interface ClientsParts {
  readonly host: MemberHost;
  readonly onBusy: () => BusyPolicy;
  /** Bytes that arrive without a client are kept for the next one. */
  readonly keeps: () => boolean;
  /** Begins to serve a client. */
  readonly serve: (socket: Socket) => void;
  /** Disconnects the client that is served; calls {@link Clients.left}. */
  readonly dismiss: (reason?: string) => void;
  /** Disconnects it if it has not only ended its own side, but closed: where that can be found out. */
  readonly dismissClosed: () => void;
  /** Names a client for people; `undefined` where clients have no names. */
  readonly nameOf: (socket: Socket) => string | undefined;
  /** @defaultValue the real one */
  readonly clock?: Clock | undefined;
}

/** The client that is served. */
interface Present {
  readonly name: string | undefined;
  hasAsked: boolean;
  /** When it sent something last, if nothing was sent to it since. */
  askedAt: number | undefined;
  /** When it ended its own side. */
  halfClosedAt: number | undefined;
  /** When something was last sent to it after that. */
  answeredAt: number | undefined;
  /** It was asked for whether it has closed. */
  isProbed: boolean;
}

/** Chooses the served client. */
export class Clients {
  readonly #parts: ClientsParts;
  readonly #clock: Clock;
  readonly #refusals: RefusalReport;
  #present: Present | undefined;
  #waiting: Socket | undefined;
  /** Until then an answer may come that belongs to a client that has gone. */
  #owedUntil = Number.NEGATIVE_INFINITY;
  #stopTimer: (() => void) | undefined;

  constructor(parts: ClientsParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
    const onRefused = (refusal: Refusal): void => parts.host.onRefused(refusal);
    this.#refusals = new RefusalReport(onRefused, this.#clock);
  }

  /** Takes a connection: to be served, to wait, or to be refused. */
  accept(socket: Socket): void {
    const { onBusy, nameOf } = this.#parts;
    socket.on("error", () => undefined); // "close" follows
    if (onBusy() === "replace") this.#replace(socket);
    else if (this.#waiting !== undefined) this.#refuse(socket, nameOf(this.#waiting));
    else if (this.#present === undefined || this.#present.halfClosedAt !== undefined) {
      this.#waiting = socket;
      socket.once("close", () => {
        if (this.#waiting === socket) this.#waiting = undefined;
      });
      this.#check();
    } else this.#refuse(socket, this.#present.name);
  }

  /** The client that is served sent something. */
  received(): void {
    if (this.#present === undefined) return;
    this.#present.hasAsked = true;
    this.#present.askedAt = this.#clock.now();
  }

  /** Something was sent to it. */
  onSent(): void {
    const present = this.#present;
    if (present === undefined) return;
    present.askedAt = undefined;
    if (present.halfClosedAt === undefined) return;
    present.answeredAt = this.#clock.now();
    if (this.#waiting !== undefined) this.#checkLater(); // sooner than before
  }

  /**
   * The client that is served sends no more. One that has its answer is taken for gone, as most are; any
   * other one may be waiting for it.
   */
  halfClosed(): void {
    const present = this.#present;
    if (present === undefined) return;
    present.halfClosedAt = this.#clock.now();
    const isAnswered = present.hasAsked && present.askedAt === undefined;
    if (isAnswered || this.#parts.keeps()) this.#parts.dismiss();
    else this.#check();
  }

  /** The client that was served is gone. */
  onLeft(): void {
    const askedAt = this.#parts.keeps() ? undefined : this.#present?.askedAt;
    this.#owedUntil = (askedAt ?? Number.NEGATIVE_INFINITY) + ANSWER_MS;
    this.#present = undefined;
    this.#stopTimer?.();
    this.#check();
  }

  /** Ends waiting clients. */
  close(): void {
    this.#stopTimer?.();
    this.#refusals.close();
    this.#waiting?.destroy();
    this.#waiting = undefined;
  }

  #serve(socket: Socket): void {
    const name = this.#parts.nameOf(socket);
    const nothing = { askedAt: undefined, halfClosedAt: undefined, answeredAt: undefined };
    this.#present = { name, hasAsked: false, isProbed: false, ...nothing };
    this.#parts.serve(socket);
  }

  #replace(socket: Socket): void {
    if (this.#present !== undefined) {
      this.#parts.dismiss(`${this.#parts.nameOf(socket) ?? "another client"} takes its place`);
    }
    this.#serve(socket);
  }

  #refuse(socket: Socket, present: string | undefined): void {
    this.#refusals.add(this.#parts.nameOf(socket), present);
    socket.destroy();
  }

  /**
   * Checks whether a client that only receives has had its time, and whether the next one can be
   * served.
   */
  #check(): void {
    const [present, waiting, now] = [this.#present, this.#waiting, this.#clock.now()];
    if (present?.halfClosedAt !== undefined) {
      if (now >= this.#endOf(present)) {
        this.#parts.dismiss();
        return;
      }
      if (!present.isProbed && now >= probeOf(present)) {
        present.isProbed = true;
        this.#parts.dismissClosed();
      }
    } else if (present === undefined && waiting !== undefined && now >= this.#owedUntil) {
      this.#waiting = undefined;
      this.#serve(waiting);
      return;
    }
    this.#checkLater();
  }

  #checkLater(): void {
    this.#stopTimer?.();
    const [present, waiting] = [this.#present, this.#waiting];
    let at = waiting === undefined ? Number.POSITIVE_INFINITY : this.#owedUntil;
    if (present !== undefined) {
      at = Math.min(
        this.#endOf(present),
        present.isProbed ? Number.POSITIVE_INFINITY : probeOf(present),
      );
    }
    if (!Number.isFinite(at)) return;
    this.#stopTimer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#check());
  }

  /** When a client that only receives has had its time. */
  #endOf({ halfClosedAt, answeredAt }: Present): number {
    if (halfClosedAt === undefined) return Number.POSITIVE_INFINITY;
    if (this.#waiting === undefined) return (answeredAt ?? halfClosedAt) + IDLE_MS;
    return Math.min(
      halfClosedAt + ANSWER_MS,
      (answeredAt ?? Number.POSITIVE_INFINITY) + AFTER_ANSWER_MS,
    );
  }
}

/**
 * When it is worth knowing whether a client has closed: not before it can have its answer, and not after
 * something was sent to it, which the kernel of one that has closed answers with a reset.
 */
function probeOf({ askedAt, halfClosedAt, answeredAt }: Present): number {
  if (halfClosedAt === undefined || answeredAt !== undefined) return Number.POSITIVE_INFINITY;
  return askedAt === undefined ? halfClosedAt : askedAt + ANSWER_MS;
}
