// A node of the configuration with its position: what readers of fields see, and where they complain.

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
} from "yaml";
import { nearest } from "../nearest.ts";
import { type ConfigProblem, showValue } from "./problem.ts";

/** What all places of one file share. */
export interface Source {
  readonly document: Document;
  /** `undefined` for an object that comes from no file. */
  readonly lines: LineCounter | undefined;
  readonly file: string | undefined;
  readonly problems: ConfigProblem[];
}

/** A key of a map with its value. */
export interface Entry {
  readonly key: string;
  /** Where the key stands. */
  readonly keyPlace: Place;
  readonly place: Place;
}

/** One node. */
export class Place {
  /** Where in the configuration. */
  readonly field: string;
  readonly #source: Source;
  readonly #node: Node | undefined;
  readonly #position: Node | undefined;

  /**
   * @param source The file.
   * @param node Its node; `undefined` where a key has no value. `position` is where to complain, by
   *   default the node itself.
   * @param field Where in the configuration.
   */
  constructor(
    source: Source,
    { node, position = node }: { node: Node | undefined; position?: Node | undefined },
    field: string,
  ) {
    this.#source = source;
    this.#node = node;
    this.#position = position;
    this.field = field;
  }

  /** The value as plain JSON; `null` where there is none. */
  get value(): unknown {
    return this.#node?.toJS(this.#source.document, { maxAliasCount: 100 }) ?? null;
  }

  /** The node is a map, also through an alias. */
  get isMap(): boolean {
    return isMap(this.#target());
  }

  /** The entries of a map, in order. */
  entries(): readonly Entry[] {
    const node = this.#target();
    return isMap(node) ? node.items.map((pair) => this.#entry(pair)) : [];
  }

  /** The items of a sequence, in order; `undefined` for anything else. */
  items(): readonly Place[] | undefined {
    const node = this.#target();
    if (!isSeq(node)) return undefined;
    const place = (item: unknown, index: number): Place =>
      new Place(this.#source, { node: item as Node }, `${this.field}[${index}]`); // all are nodes
    return node.items.map(place);
  }

  /** The same node, named as a field of it: for something that is missing there. */
  missing(name: string): Place {
    return new Place(this.#source, { node: this.#node }, join(this.field, name));
  }

  /**
   * Notes that the value cannot be used.
   *
   * @param allowed What can be, as in `a size such as 64KiB`.
   * @param words Words that the value could have been meant to be.
   */
  refuse(allowed: string, words: readonly string[] = []): void {
    const value = this.value;
    const near = typeof value === "string" ? nearest(value, words) : undefined;
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    this.report(`is not allowed: give ${allowed}`, hint, showValue(value));
  }

  /**
   * Notes a problem here.
   *
   * @param reason What is wrong.
   * @param hint What to do.
   * @param value What stands here, if the reason speaks of it.
   */
  report(reason: string, hint?: string, value?: string): void {
    const { file, lines, problems } = this.#source;
    const offset = this.#position?.range?.[0];
    const at = lines === undefined || offset === undefined ? undefined : lines.linePos(offset);
    const problem = { file, line: at?.line, column: at?.col, field: this.field };
    problems.push({ ...problem, value, reason, hint });
  }

  #entry({ key, value }: Pair): Entry {
    const name = isScalar(key) ? String(key.value) : showValue(key);
    const field = join(this.field, name);
    const position = key as Node; // parsed: all keys and values are nodes
    const node = (value ?? undefined) as Node | undefined;
    return {
      key: name,
      keyPlace: new Place(this.#source, { node: position }, field),
      place: new Place(this.#source, { node, position: node ?? position }, field),
    };
  }

  #target(): Node | undefined {
    const node = this.#node;
    return isAlias(node) ? node.resolve(this.#source.document) : node;
  }
}

function join(field: string, name: string): string {
  return field === "" ? name : `${field}.${name}`;
}
