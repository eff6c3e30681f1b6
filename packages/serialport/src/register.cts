// Entry `@anyserial/serialport/register`, for `node --import` and `node --require`: whatever a program loads by the
// names `serialport` and `@serialport/bindings-cpp` is ours from then on. NODE_DEBUG=anyserial shows it.

import Module from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { decide, show } from "./decide.cts";

/** Hooks that run in the thread of the program: Node.js 22.15 and newer. */
interface Hooks {
  resolve(name: string, context: Context, next: Next): Resolved;
}
interface Context {
  readonly parentURL?: string | undefined;
}
interface Resolved {
  readonly url: string;
  readonly format?: string;
  readonly shortCircuit?: boolean;
}
type Next = (name: string, context?: Context) => Resolved;

/** The parts of node:module that its types of Node.js 20 lack. */
interface Loader {
  registerHooks?(hooks: Hooks): unknown;
  _resolveFilename?: ResolveFilename;
}
type ResolveFilename = (...given: [name: string, parent: unknown, ...rest: unknown[]]) => string;

const loader = Module as unknown as Loader;
const own = Module.createRequire(__filename);

if (loader.registerHooks !== undefined) {
  loader.registerHooks({ resolve });
  show("register: in place of serialport and @serialport/bindings-cpp, by hooks");
} else {
  replaceResolveFilename();
  Module.register?.(pathToFileURL(join(__dirname, "hooks.js")));
  show("register: in place of serialport and @serialport/bindings-cpp, by require() and a loader");
}

function resolve(name: string, context: Context, next: Next): Resolved {
  const replacement = decide(name, context.parentURL, () => fileURLToPath(next(name, context).url));
  if (replacement === undefined) return next(name, context);
  // Found from here: a require() would look for it from the program, whatever parent is named.
  const url = pathToFileURL(own.resolve(replacement)).href;
  return { url, format: "commonjs", shortCircuit: true };
}

/** Before Node.js 22.15, a program's require() has one place to be changed in, and its import another. */
function replaceResolveFilename(): void {
  const original = loader._resolveFilename;
  if (original === undefined) return;
  loader._resolveFilename = (...given) => {
    const [name, parent] = given;
    const find = (): string => original.apply(loader, given);
    const from = (parent as { filename?: string } | undefined)?.filename;
    const replacement = decide(name, from, find);
    return replacement === undefined ? find() : own.resolve(replacement);
  };
}
