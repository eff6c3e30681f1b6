// The path of a port as an argument: an invalid one is refused before any system call. Pure.

import { invalid } from "./validate.ts";

/** Purpose of a path. */
export interface PathUse {
  /** Name of the parameter or option. */
  readonly name: string;
  /** A path as it should be. */
  readonly example: string;
}

const PORT: PathUse = { name: "path", example: "/dev/ttyUSB0" };

/**
 * Checks a path.
 *
 * @param path The caller's path.
 * @param use The purpose; the path of a port unless given.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — it is no text, or empty, or has a NUL.
 */
export function checkPath(
  path: unknown,
  { name, example }: PathUse = PORT,
): asserts path is string {
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return;
  throw invalid(name, path, {
    expected: "a path that is not empty",
    hint: `pass a path such as ${example}${reason(path)}`,
  });
}

function reason(path: unknown): string {
  if (path === undefined || path === null) return `: the variable that it comes from is ${path}`;
  if (path === "") return ": the text is empty";
  if (typeof path === "object" && "path" in path)
    return ": here the path alone, settings in the second argument";
  return "";
}
