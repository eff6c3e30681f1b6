// The I/O registry of a synthetic machine: hands out entries, counts them, and lets devices come and go.

import type {
  IoChanges,
  IoEntry,
  IoNotifications,
  IoRegistry,
} from "../../dist/darwin/io-registry.js";
import type { IoNode } from "./io-tree.ts";

/** The registry. */
export class SyntheticRegistry implements IoRegistry {
  /** Called before each question, by its name: may throw, or change the tree. */
  onCall: (call: string) => void = () => undefined;
  #root: IoNode;
  readonly #held = new Map<IoEntry, IoNode>();
  readonly #listening = new Set<SyntheticNotifications>();
  #next = 1;

  constructor(root: IoNode) {
    this.#root = root;
  }

  /** Entries that are handed out and not released. */
  get held(): number {
    return this.#held.size;
  }

  /** Listeners that are not closed. */
  get listening(): number {
    return this.#listening.size;
  }

  /** Replaces the machine: its services that are not in both have come or gone. */
  become(root: IoNode): void {
    const before = allOf(this.#root);
    const after = allOf(root);
    this.#root = root;
    for (const one of this.#listening) {
      const ofClass = (node: IoNode): boolean => node.classes.includes(one.className);
      one.arrived.push(...after.filter((node) => ofClass(node) && !before.includes(node)));
      one.gone.push(...before.filter((node) => ofClass(node) && !after.includes(node)));
    }
  }

  services(className: string): IoEntry[] {
    this.onCall("services");
    return allOf(this.#root)
      .filter(({ classes }) => classes.includes(className))
      .map((node) => this.hand(node));
  }

  parent(entry: IoEntry): IoEntry | undefined {
    this.onCall("parent");
    const child = this.#node(entry);
    const parent = allOf(this.#root).find(({ children }) => children.includes(child));
    return parent === undefined ? undefined : this.hand(parent);
  }

  children(entry: IoEntry): IoEntry[] {
    this.onCall("children");
    return this.#node(entry).children.map((node) => this.hand(node));
  }

  isA(entry: IoEntry, className: string): boolean {
    this.onCall("isA");
    return this.#node(entry).classes.includes(className);
  }

  property(entry: IoEntry, key: string): string | number | undefined {
    this.onCall(`property ${key}`);
    const value = this.#node(entry).properties[key];
    return typeof value === "string" || typeof value === "number" ? value : undefined;
  }

  release(entry: IoEntry): void {
    this.#node(entry);
    this.#held.delete(entry);
  }

  notify(className: string): SyntheticNotifications {
    this.onCall("notify");
    const one = new SyntheticNotifications(this, className);
    this.#listening.add(one);
    return one;
  }

  /** A listener is closed. */
  forget(one: SyntheticNotifications): void {
    this.#listening.delete(one);
  }

  /** Hands out an entry. */
  hand(node: IoNode): IoEntry {
    this.#held.set(this.#next, node);
    return this.#next++;
  }

  #node(entry: IoEntry): IoNode {
    const node = this.#held.get(entry);
    if (node === undefined) throw new Error(`entry ${entry} is not handed out`);
    return node;
  }
}

/** Changes that a listener has not taken yet. */
export class SyntheticNotifications implements IoNotifications {
  readonly machPort = 0x1203;
  readonly className: string;
  readonly arrived: IoNode[] = [];
  readonly gone: IoNode[] = [];
  readonly #registry: SyntheticRegistry;

  constructor(registry: SyntheticRegistry, className: string) {
    this.#registry = registry;
    this.className = className;
  }

  take(): IoChanges {
    this.#registry.onCall("take");
    const hand = (node: IoNode): IoEntry => this.#registry.hand(node);
    return { arrived: this.arrived.splice(0).map(hand), gone: this.gone.splice(0).map(hand) };
  }

  close(): void {
    this.#registry.forget(this);
  }
}

/** Every entry of a tree. */
function allOf(root: IoNode): IoNode[] {
  return [root, ...root.children.flatMap(allOf)];
}
