// Notifications of modem lines for one client. Pure.

import type { ModemLines } from "../model/modem-lines.ts";
import { MODEM_STATE } from "../remote/com-port.ts";

const LEVELS = 0xf0;
const CHANGES = 0x0f;

/** The mask of a client, and the lines as it knows them. */
export class ModemNotices {
  /** Bits of `MODEM_STATE` that the client asks for. */
  mask = 0xff;
  #last: ModemLines | undefined;
  #changes = 0;

  /** Changes taken note of so far. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * Takes note of the lines.
   *
   * @returns Value of the notification; `undefined` for a change that the mask leaves out.
   */
  changed(lines: ModemLines): number | undefined {
    const before = this.#last;
    this.#last = lines;
    this.#changes++;
    const state = modemState(lines, before);
    const changed = before === undefined ? LEVELS : (state ^ modemLevels(before)) & LEVELS;
    const wanted = (changed & this.mask) | (state & CHANGES & this.mask);
    return wanted === 0 ? undefined : state & this.mask;
  }

  /**
   * Value of a notification of the levels alone.
   *
   * @param read Levels as they were read.
   * @param changes Number of changes when that began: levels of a later change are newer.
   */
  now(read: ModemLines, changes: number): number {
    const lines = changes === this.#changes ? read : (this.#last ?? read);
    this.#last = lines;
    return modemLevels(lines) & (this.mask || LEVELS);
  }
}

function modemLevels({ cts, dsr, ri, dcd }: ModemLines): number {
  return (
    (cts ? MODEM_STATE.cts : 0) |
    (dsr ? MODEM_STATE.dsr : 0) |
    (ri ? MODEM_STATE.ri : 0) |
    (dcd ? MODEM_STATE.dcd : 0)
  );
}

function modemState(lines: ModemLines, before: ModemLines | undefined): number {
  const levels = modemLevels(lines);
  if (before === undefined) return levels;
  const changed = (levels ^ modemLevels(before)) >> 4;
  // The bit of RI stands for its falling edge only (RFC 2217, section 4).
  const isRiFall = before.ri && !lines.ri;
  return levels | (changed & ~MODEM_STATE.riChanged) | (isRiFall ? MODEM_STATE.riChanged : 0);
}
