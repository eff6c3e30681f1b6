// Numbers in a line of text, by name: JSON, `name:value` pairs, or columns. Pure. A line may be anything: the time
// that one takes grows with its length only.

/** A value with its name; columns are named `1`, `2` and so on. */
export type NamedNumber = readonly [name: string, value: number];

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** A number with its unit, as `12.5V` or `20 %`. */
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*[a-zµ°%Ω/]{0,6}$/i;
/** The number that a text begins with. */
const FIRST_NUMBER = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/i;
/** The number and the unit right behind it that a text begins with. */
const FIRST_QUANTITY = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[a-zµ°%Ω/]{0,6}(?=[\s,;]|$)/i;
/** The name that a text ends with. */
const LAST_NAME = /[A-Za-z_][\w .-]*$/;
const SERIES_MAX = 16;
const NAME_MAX = 40;
const LINE_MAX = 4096;
/** Objects in objects. */
const DEPTH_MAX = 8;

/**
 * Reads a line.
 *
 * @param line Without its end.
 * @returns At most 16 values; none where the line has no numbers.
 */
export function parseNumbers(line: string): readonly NamedNumber[] {
  const text = line.slice(0, LINE_MAX).trim();
  const found = text.startsWith("{") || text.startsWith("[") ? fromJson(text) : fromText(text);
  return found.slice(0, SERIES_MAX);
}

function fromText(text: string): readonly NamedNumber[] {
  const pairs = pairsOf(text.split(/[:=]/));
  if (pairs.length > 0) return pairs;
  const cells = text.split(/[,;\t]/).map((cell) => cell.trim());
  const parts = cells.length === 1 && !QUANTITY.test(text) ? text.split(/\s+/) : cells;
  const values = parts.map((cell) => QUANTITY.exec(cell)?.[1]);
  if (values.some((value) => value === undefined)) return [];
  return values.map((value, at) => [String(at + 1), Number(value)] as const);
}

/** Each part ends with the name of the number that the next one begins with. */
function pairsOf(parts: readonly string[]): readonly NamedNumber[] {
  return parts.slice(1).flatMap((part, at) => {
    const before = (parts[at] ?? "").replace(FIRST_QUANTITY, "");
    const name = LAST_NAME.exec(before.slice(-NAME_MAX).trimEnd())?.[0];
    const value = FIRST_NUMBER.exec(part)?.[1];
    return name === undefined || value === undefined ? [] : [[name, Number(value)] as const];
  });
}

function fromJson(text: string): readonly NamedNumber[] {
  try {
    return numbersOf(JSON.parse(text), "", 0);
  } catch {
    return [];
  }
}

/** Numbers of an object and of the objects in it. */
function numbersOf(value: unknown, name: string, depth: number): readonly NamedNumber[] {
  if (typeof value === "number") return [[name === "" ? "1" : name, value]];
  if (typeof value === "string" && NUMBER.test(value.trim())) return [[name, Number(value)]];
  if (typeof value !== "object" || value === null || depth === DEPTH_MAX) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, item]) => {
    const own = isList ? String(Number(key) + 1) : key.slice(0, NAME_MAX);
    return numbersOf(item, name === "" ? own : `${name}.${own}`, depth + 1);
  });
}
