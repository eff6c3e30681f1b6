// A function declaration for koffi, from our own C types. Pure, so that the declaration for each
// platform can be tested on any host.

import type { CType } from "./ffi.ts";

const TYPES: Readonly<Record<Exclude<CType, "...">, string>> = {
  void: "void",
  uchar: "unsigned char",
  int: "int",
  uint: "unsigned int",
  ulong: "unsigned long",
  size: "size_t",
  ssize: "intptr_t",
  pointer: "void *",
  bytes: "void *",
  memory: "size_t",
  string: "const char *",
  string16: "const char16_t *",
};

export interface KoffiSignature {
  /** Parameters as koffi takes them; `...` is the last one of a variadic function. */
  readonly fixed: readonly string[];
  /** Types to name before each variable argument of a call; `undefined` where none varies. */
  readonly variable: readonly string[] | undefined;
}

/**
 * Translates parameters.
 *
 * @param parameters C types; those after `"..."` are passed as variadic.
 */
export function koffiSignature(parameters: readonly CType[]): KoffiSignature {
  const variadicAt = parameters.indexOf("...");
  if (variadicAt === -1) return { fixed: parameters.map(koffiType), variable: undefined };
  return {
    fixed: [...parameters.slice(0, variadicAt).map(koffiType), "..."],
    variable: parameters.slice(variadicAt + 1).map(koffiType),
  };
}

/** Translates one type; a mark of variable arguments has none. */
export function koffiType(type: CType): string {
  if (type === "...") throw new TypeError("a callback cannot be variadic");
  return TYPES[type];
}
