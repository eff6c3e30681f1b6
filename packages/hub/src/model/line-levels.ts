// Levels of the lines between members: those at a member's own plug, and those that it shows to the others. Pure.

/** Lines at the plug of a member, as its application or the hub has them; `true` is asserted. */
export interface MemberLines {
  /** Outputs: set by the application; of a `serial` member, by the hub. */
  readonly dtr: boolean;
  readonly rts: boolean;
  /** Inputs. */
  readonly cts: boolean;
  readonly dsr: boolean;
  readonly dcd: boolean;
  readonly ri: boolean;
  /** The member sends a break. */
  readonly break: boolean;
}

/** Levels that a member shows to others: at their inputs, where they have lines. */
export interface LineSignals {
  readonly cts: boolean;
  readonly dsr: boolean;
  readonly dcd: boolean;
  readonly ri: boolean;
  readonly break: boolean;
}

/** All lines off. */
export const NO_SIGNALS: LineSignals = {
  cts: false,
  dsr: false,
  dcd: false,
  ri: false,
  break: false,
};

/** Levels that a three-wire cable with jumpers shows: a member without lines that is there. */
export const ALWAYS_READY: LineSignals = { ...NO_SIGNALS, cts: true, dsr: true, dcd: true };

/** Levels that a null-modem cable makes of outputs: RTS is CTS of the other end, DTR its DSR and DCD. */
export function nullModem(outputs: Pick<MemberLines, "dtr" | "rts" | "break">): LineSignals {
  const { dtr, rts } = outputs;
  return { cts: rts, dsr: dtr, dcd: dtr, ri: false, break: outputs.break };
}

/** A line of several ends: asserted where any of them asserts it. */
export function anyOf(ends: readonly LineSignals[]): LineSignals {
  return {
    cts: ends.some(({ cts }) => cts),
    dsr: ends.some(({ dsr }) => dsr),
    dcd: ends.some(({ dcd }) => dcd),
    ri: ends.some(({ ri }) => ri),
    break: ends.some((end) => end.break),
  };
}

/** Returns whether two ends show the same. */
export function isSameSignals(one: LineSignals, other: LineSignals): boolean {
  return (Object.keys(NO_SIGNALS) as (keyof LineSignals)[]).every((key) => one[key] === other[key]);
}
