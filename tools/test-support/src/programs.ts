// Programs of others that some tests need.

import { spawnSync } from "node:child_process";

/** The distribution installs pySerial for its own interpreter, which need not be the first in PATH. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/** The reason to skip a test that needs a program; `false` if the program exits with 0. */
export function missing(program: string, args: readonly string[]): string | false {
  const { error, status } = spawnSync(program, args, { stdio: "ignore" });
  return error === undefined && status === 0 ? false : `${program} ${args.join(" ")} does not run`;
}

/** Command of a Python that can import a module; `undefined` if there is none. */
export function findPython(module: string): string | undefined {
  return PYTHONS.find((python) => missing(python, ["-c", `import ${module}`]) === false);
}
