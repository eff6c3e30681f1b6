// The lines of the result table: a measured value for each contender, and how anyserial's compares.
import { median, pairedRatio } from "./statistics.mjs";

/**
 * A line without a goal.
 *
 * @param measure Name of the measure.
 * @param unit Unit of the values.
 * @param rounds Values of every round, by contender.
 */
export function line(measure, unit, rounds) {
  const values = Object.fromEntries(
    Object.entries(rounds).map(([id, numbers]) => [id, median(numbers)]),
  );
  return { measure, unit, values, rounds };
}

/** A line whose goal is the value itself: at most `limit`. */
export function atMost(base, limit, goal) {
  return { ...base, goal, holds: base.values.anyserial < limit };
}

/** A goal for {@link against}: at most so many times the other contender's value. */
export function atMostRatio(limit, other) {
  return { text: `≤ ${limit.toFixed(2)} × ${other}`, holds: (ratio) => ratio <= limit };
}

/**
 * A line that compares with another contender.
 *
 * @param base The values, from line().
 * @param other The contender to compare with.
 * @param goal `{ text, holds(ratio), invert }`: the ratio is anyserial's value over the other's, or
 *   the reverse with `invert`.
 */
export function against(base, other, goal) {
  const { anyserial, [other]: peer } = base.rounds;
  if (peer === undefined) return { ...base, goal: goal.text, skipped: "not measured" };
  const ratio = goal.invert ? pairedRatio(peer, anyserial) : pairedRatio(anyserial, peer);
  return { ...base, ratio, goal: goal.text, holds: goal.holds(ratio.value) };
}
