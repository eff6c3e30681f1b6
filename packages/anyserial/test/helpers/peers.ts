// Other people's programs, where they are installed.

import { spawnSync } from "node:child_process";

/** Tells why a test of a program is skipped; `false` where the program is there. */
export function missing(program: string): string | false {
  const found = spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
  return found ? false : `${program} is not installed`;
}

/** A Python, with a module where one is named; `undefined` where there is none. */
export function findPython(module: string = "sys"): string | undefined {
  return ["python3", "/usr/bin/python3"].find(
    (python) => spawnSync(python, ["-c", `import ${module}`]).status === 0,
  );
}
