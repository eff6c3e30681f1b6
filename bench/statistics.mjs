// Percentiles and ratios. A ratio is taken round by round and then the median of them, so that a
// minute in which the whole machine was slow does not count against one contender.

/** The value below which `fraction` of the sorted values lie. */
export function percentile(sorted, fraction) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))];
}

/** Middle value, of any order. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median of the ratios of two contenders, round by round, with the quartiles around it. */
export function pairedRatio(values, others) {
  return spread(values.map((value, round) => value / others[round]));
}

/** Median and quartiles. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { value: median(sorted), low: percentile(sorted, 0.25), high: percentile(sorted, 0.75) };
}
