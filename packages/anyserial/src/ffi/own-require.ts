// Ways to load the dependencies of this package synchronously: seen from this file, from the file
// that a bundler made of it, and from the program. Its twin own-require.cts is for test runners
// that compile everything to CommonJS, where there is no import.meta.

import module from "node:module"; // by its name, webpack takes createRequire() out
import { resolve } from "node:path";

/** There is one in what a bundler writes as CommonJS. */
declare const require: NodeJS.Require | undefined;

/** @returns One or more, to be tried in this order. */
export function ownRequires(): NodeJS.Require[] {
  const found: NodeJS.Require[] = [];
  const own: unknown = import.meta.url; // bundlers that write CommonJS leave nothing of it
  if (typeof own === "string") found.push(module.createRequire(own));
  if (typeof require === "function") found.push(require);
  const program = process.argv[1];
  if (program !== undefined) found.push(module.createRequire(resolve(program)));
  return found;
}
