// A value of a configuration with the name of its field, for readers and their reports. Values come
// from a file (yaml-node.ts) or are given as an object (value-node.ts).

import { nearest } from "anyserial/arguments";
import { type ConfigProblem, showValue } from "./problem.ts";

/** A key of a map with its value. */
export interface Entry {
  readonly key: string;
  /** The key itself, for problems with the name. */
  readonly keyNode: ConfigNode;
  readonly node: ConfigNode;
}

/** Line and column in a file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** State that all nodes of one configuration share. */
export interface Source {
  /** `undefined` for an object that comes from no file. */
  readonly file: string | undefined;
  readonly problems: ConfigProblem[];
}

export abstract class ConfigNode {
  /** Where in the configuration, as in `networks.plant.topology`. */
  readonly field: string;
  readonly #source: Source;

  protected constructor(source: Source, field: string) {
    this.#source = source;
    this.field = field;
  }

  /** The value as plain data; `null` where there is none. */
  abstract readonly value: unknown;
  abstract readonly isMap: boolean;
  /** `undefined` outside of a file. */
  protected abstract readonly position: Position | undefined;

  /** The entries of a map, in order; none for anything else. */
  abstract entries(): readonly Entry[];

  /** The items of a list, in order; `undefined` for anything else. */
  abstract items(): readonly ConfigNode[] | undefined;

  /** The same node, named as a field of it: for something that is missing there. */
  abstract missing(name: string): ConfigNode;

  /**
   * Reports that the value cannot be used.
   *
   * @param allowed The allowed values, such as `a size such as 64KiB`.
   * @param words Known words, to suggest the nearest one.
   */
  refuse(allowed: string, words: readonly string[] = []): void {
    const { value } = this;
    const near = typeof value === "string" ? nearest(value, words) : undefined;
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    this.report(`is not allowed: give ${allowed}`, hint, showValue(value));
  }

  /**
   * Reports a problem.
   *
   * @param reason The problem, as a clause.
   * @param hint What to do.
   * @param value The value as text, if the reason speaks of it.
   */
  report(reason: string, hint?: string, value?: string): void {
    this.#source.problems.push(this.#problem(reason, hint, value));
  }

  /** Reports a problem that keeps a member from working, and not the hub; parameters as `report()`. */
  warn(reason: string, hint?: string, value?: string): void {
    this.#source.problems.push({ ...this.#problem(reason, hint, value), isWarning: true });
  }

  #problem(reason: string, hint: string | undefined, value: string | undefined): ConfigProblem {
    const { line, column } = this.position ?? {};
    return { file: this.#source.file, line, column, field: this.field, value, reason, hint };
  }
}

/** Names a field of a map. */
export function fieldOf(parent: string, name: string): string {
  return parent === "" ? name : `${parent}.${name}`;
}
