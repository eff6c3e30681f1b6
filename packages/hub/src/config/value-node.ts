// Values of a configuration that a program gives as an object. Whatever it is, looking at it throws
// nothing: a property that cannot be read has a value that no reader accepts.

import { ConfigNode, type Entry, fieldOf, type Source } from "./config-node.ts";

/** No configuration has a longer list; the length of an array may be any number. */
const ITEMS_MAX = 65_536;

/** A value of an object. */
export class ValueNode extends ConfigNode {
  readonly value: unknown;
  protected readonly position: undefined;
  readonly #source: Source;

  /** @param value Anything; `undefined` is no value. */
  constructor(source: Source, value: unknown, field: string) {
    super(source, field);
    this.#source = source;
    this.value = value ?? null;
  }

  get isMap(): boolean {
    return typeof this.value === "object" && this.value !== null && !this.#isOther;
  }

  /** A property that is `undefined` counts as absent. */
  entries(): readonly Entry[] {
    if (!this.isMap) return [];
    const target = this.value as object; // it is a map
    return Object.keys(target).flatMap((key) => {
      const value = readProperty(target, key);
      if (value === undefined) return [];
      const node = new ValueNode(this.#source, value, fieldOf(this.field, key));
      return { key, keyNode: node, node };
    });
  }

  items(): readonly ConfigNode[] | undefined {
    if (!Array.isArray(this.value) || this.value.length > ITEMS_MAX) return undefined;
    const target: object = this.value;
    return Array.from({ length: this.value.length }, (_, index) => {
      const value = readProperty(target, String(index));
      return new ValueNode(this.#source, value, `${this.field}[${index}]`);
    });
  }

  missing(name: string): ConfigNode {
    return new ValueNode(this.#source, this.value, fieldOf(this.field, name));
  }

  /** A list, or an object of a class of the language's, such as a `Map` or a `Date`. */
  get #isOther(): boolean {
    return Object.prototype.toString.call(this.value) !== "[object Object]";
  }
}

function readProperty(target: object, key: string): unknown {
  try {
    return Reflect.get(target, key);
  } catch (error) {
    return Symbol(`cannot be read: ${error instanceof Error ? error.message : "it throws"}`);
  }
}
