// Copies plain JSON. Values from a program may have cycles, functions and numbers that JSON lacks.
// Pure.

const DEPTH_MAX = 64;
const VALUES_MAX = 100_000;

/**
 * Copies a value.
 *
 * @param value Anything; properties that are `undefined` are left out.
 * @returns A copy that shares nothing with the value; `undefined` when it is no plain JSON, is
 *   nested more than 64 deep or has more than 100,000 values.
 */
export function copyJson(value: unknown): unknown {
  try {
    return copy(value, { left: VALUES_MAX }, 0);
  } catch {
    return undefined; // also when a getter of the value throws
  }
}

function copy(value: unknown, budget: { left: number }, depth: number): unknown {
  budget.left--;
  if (budget.left < 0 || depth > DEPTH_MAX) throw new RangeError("too large");
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) {
    if (value.length > budget.left) throw new RangeError("too large");
    return Array.from(value, (item) => copy(item, budget, depth + 1));
  }
  if (Object.prototype.toString.call(value) !== "[object Object]") throw new TypeError("no JSON");
  const entries = Object.entries(value as object).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, copy(item, budget, depth + 1)]));
}
