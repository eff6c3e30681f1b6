// Numbers in a line of text, by name: JSON, `name:value` pairs, or columns. Pure.

/** A value with its name; columns are named `1`, `2` and so on. */
export type NamedNumber = readonly [name: string, value: number];

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** A number with its unit, as `12.5V` or `20 %`. */
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*[a-zµ°%Ω/]{0,6}$/i;
const PAIR = /([A-Za-z_][\w .-]*?)\s*[:=]\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/gi;
const SERIES_MAX = 16;

/**
 * Reads a line.
 *
 * @param line Without its end.
 * @returns At most 16 values; none where the line has no numbers.
 */
export function parseNumbers(line: string): readonly NamedNumber[] {
  const text = line.trim();
  const found = text.startsWith("{") || text.startsWith("[") ? fromJson(text) : fromText(text);
  return found.slice(0, SERIES_MAX);
}

function fromText(text: string): readonly NamedNumber[] {
  const pairs = [...text.matchAll(PAIR)];
  if (pairs.length > 0) {
    return pairs.map(([, name = "", value]) => [name.trim(), Number(value)] as const);
  }
  const cells = text.split(/[,;\t]/).map((cell) => cell.trim());
  const parts = cells.length === 1 && !QUANTITY.test(text) ? text.split(/\s+/) : cells;
  const values = parts.map((cell) => QUANTITY.exec(cell)?.[1]);
  if (values.some((value) => value === undefined)) return [];
  return values.map((value, at) => [String(at + 1), Number(value)] as const);
}

function fromJson(text: string): readonly NamedNumber[] {
  try {
    return numbersOf(JSON.parse(text), "");
  } catch {
    return [];
  }
}

/** Numbers of an object and of the objects in it. */
function numbersOf(value: unknown, name: string): readonly NamedNumber[] {
  if (typeof value === "number") return [[name === "" ? "1" : name, value]];
  if (typeof value === "string" && NUMBER.test(value.trim())) return [[name, Number(value)]];
  if (typeof value !== "object" || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, item]) => {
    const own = isList ? String(Number(key) + 1) : key;
    return numbersOf(item, name === "" ? own : `${name}.${own}`);
  });
}
