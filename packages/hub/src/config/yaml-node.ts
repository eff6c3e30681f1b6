// Values of a YAML file, each with its line and column.

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
import { ConfigNode, type Entry, fieldOf, type Position, type Source } from "./config-node.ts";
import { showValue } from "./problem.ts";

/** State that all nodes of one file share. */
export interface YamlSource extends Source {
  readonly document: Document;
  readonly lines: LineCounter;
}

/** A node, and where its problems are reported: at the node itself, or at the key without a value. */
interface NodeAt {
  readonly node: Node | undefined;
  readonly reportedAt?: Node | undefined;
}

/** A node of a file. */
export class YamlNode extends ConfigNode {
  readonly #source: YamlSource;
  readonly #node: Node | undefined;
  readonly #reportedAt: Node | undefined;

  constructor(source: YamlSource, { node, reportedAt = node }: NodeAt, field: string) {
    super(source, field);
    this.#source = source;
    this.#node = node;
    this.#reportedAt = reportedAt;
  }

  get value(): unknown {
    try {
      return this.#node?.toJS(this.#source.document, { maxAliasCount: 100 }) ?? null;
    } catch (error) {
      return Symbol((error as Error).message); // no reader accepts it
    }
  }

  get isMap(): boolean {
    return isMap(this.#target());
  }

  protected get position(): Position | undefined {
    const offset = this.#reportedAt?.range?.[0];
    if (offset === undefined) return undefined;
    const { line, col } = this.#source.lines.linePos(offset);
    return { line, column: col };
  }

  entries(): readonly Entry[] {
    const node = this.#target();
    return isMap(node) ? node.items.map((pair) => this.#entry(pair)) : [];
  }

  items(): readonly ConfigNode[] | undefined {
    const node = this.#target();
    if (!isSeq(node)) return undefined;
    return node.items.map(
      (item, index) =>
        new YamlNode(this.#source, { node: item as Node }, `${this.field}[${index}]`), // all are nodes
    );
  }

  missing(name: string): ConfigNode {
    return new YamlNode(this.#source, { node: this.#node }, fieldOf(this.field, name));
  }

  #entry({ key, value }: Pair): Entry {
    const name = isScalar(key) ? String(key.value) : showValue(key);
    const field = fieldOf(this.field, name);
    const reportedAt = key as Node; // parsed: all keys and values are nodes
    const node = (value ?? undefined) as Node | undefined;
    return {
      key: name,
      keyNode: new YamlNode(this.#source, { node: reportedAt }, field),
      node: new YamlNode(this.#source, { node, reportedAt: node ?? reportedAt }, field),
    };
  }

  #target(): Node | undefined {
    const node = this.#node;
    return isAlias(node) ? node.resolve(this.#source.document) : node;
  }
}
