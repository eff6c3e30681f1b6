// Programs with UUCP lock files lock by the last part of a path: two ports of one example must not share it.

import { equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { EXAMPLE_CONFIG } from "@anyserial/hub/internal";

const ROOT = new URL("../../../../../", import.meta.url);
const PAGES = ["README.md", "docs/hub.md", "docs/migrate-from-socat.md", "packages/hub/README.md"];

test("every port of the configuration that hub init writes has a last part of its own", () => {
  ok(namesIn(EXAMPLE_CONFIG).length >= 3);
  equal(repeatedIn(EXAMPLE_CONFIG), undefined);
});

for (const page of PAGES) {
  test(`every port of an example in ${page} has a last part of its own`, () => {
    const text = readFileSync(new URL(page, ROOT), "utf8");
    const fences = [...text.matchAll(/```(?:yaml|ts)\n([\s\S]*?)```/g)].map(
      ([, code = ""]) => code,
    );

    ok(fences.some((code) => namesIn(code).length >= 2));
    for (const code of fences) equal(repeatedIn(code), undefined);
  });
}

function namesIn(code: string): string[] {
  return [...code.matchAll(/\bport: "?([^\s",}]+)/g)].map(([, path = ""]) => basename(path));
}

function repeatedIn(code: string): string | undefined {
  const names = namesIn(code);
  return names.find((name, at) => names.indexOf(name) !== at);
}
