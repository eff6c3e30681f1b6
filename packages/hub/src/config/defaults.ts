// Defaults of a configuration, from the table of fields. Pure.

import type { ByteSize } from "../model/types.ts";
import type { FieldsOf } from "./readers.ts";
import { ValueNode } from "./value-node.ts";

/** A part of the configuration with all fields; sizes are numbers of bytes. */
export type WithDefaults<T> = { readonly [K in keyof T]-?: SizeAsNumber<NonNullable<T[K]>> };

type SizeAsNumber<T> = [T] extends [ByteSize] ? ([ByteSize] extends [T] ? number : T) : T;

/**
 * Collects the defaults of a table.
 *
 * @param fields The table.
 * @returns The defaults as the hub works with them: sizes in bytes, durations in milliseconds.
 */
export function defaultsOf<T>(fields: FieldsOf<T>): WithDefaults<T> {
  const source = { file: undefined, problems: [] };
  const names = Object.keys(fields) as (keyof T & string)[]; // its keys are those of T
  const entries = names
    .filter((name) => fields[name].default !== undefined)
    .map((name) => {
      const { reader, default: given } = fields[name];
      return [name, reader.read(new ValueNode(source, given, name))] as const;
    });
  return Object.fromEntries(entries) as WithDefaults<T>; // every field of a planned part has a default
}

/**
 * Fills in the missing fields of a part of the configuration.
 *
 * @param defaults As {@link defaultsOf} returns them.
 * @param given The part.
 */
export function withDefaults<T extends object>(
  defaults: WithDefaults<T>,
  given: T,
): WithDefaults<T> {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(set) };
}
