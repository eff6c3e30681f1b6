// Subpath `anyserial/arguments`: the checks of arguments that the packages of this project share. Not
// for others: it may change in any version.

/// <reference types="node" preserve="true" />

export { checkOptions, type OptionSpec } from "./arguments/options.ts";
export { checkPath, type PathUse } from "./arguments/path.ts";
export { bytesOf, invalid, isRecord, shown } from "./arguments/validate.ts";
export { editDistance, nearest } from "./errors/nearest.ts";
