// The programs of the library's threads: texts that are made of its modules, and must be made anew with them.

import { equal, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../../../src/", import.meta.url));
const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" });
const read = (file: string): string => readFileSync(SOURCE + file, "utf8").replaceAll("\r\n", "\n");

for (const worker of files.filter((file) => file.endsWith("-worker.ts"))) {
  test(`the program of ${worker} is made of what its modules are now`, () => {
    const made = read(worker.replace(/\.ts$/, ".program.ts"));
    const inputs = [...made.matchAll(/^\/\/ (\S+\.ts)$/gm)].map(([, file]) => file as string);
    const hash = createHash("sha256");
    for (const file of inputs) hash.update(read(file));

    ok(inputs.includes(worker.replaceAll("\\", "/")));
    equal(/^\/\/ sha256 (\w+)$/m.exec(made)?.[1], hash.digest("hex"), "run npm run threads");
  });
}
