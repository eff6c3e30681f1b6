// The hook for import in Node.js before 22.15, which runs in a thread of the loader. register.cts starts it.

import { fileURLToPath } from "node:url";
import { decide } from "./decide.cts";
import { replacementOf } from "./replaced.cts";

interface Resolved {
  readonly url: string;
}
type Next = (name: string, context?: object) => Promise<Resolved>;

interface Context {
  readonly parentURL?: string | undefined;
}

/** Resolves a name: to ours, where it is one of the originals. */
export async function resolve(name: string, context: Context, next: Next): Promise<Resolved> {
  if (replacementOf(name, missing) === undefined) return next(name, context);
  const original = await next(name, context).catch(() => undefined);
  const find = (): string => (original === undefined ? missing() : fileURLToPath(original.url));
  const replacement = decide(name, context.parentURL, find);
  if (replacement === undefined) return original ?? next(name, context);
  return next(replacement, { ...context, parentURL: import.meta.url });
}

function missing(): never {
  throw new Error("not installed");
}
