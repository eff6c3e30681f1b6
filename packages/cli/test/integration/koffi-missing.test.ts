// The command where koffi does not load: each subcommand says so, and the doctor says nothing else.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import type { Finding } from "../../dist/doctor/finding.js";
import { startCli } from "../helpers/program.ts";

const NODE_OPTIONS = `--require ${fileURLToPath(new URL("../fixtures/no-koffi.cjs", import.meta.url))}`;
const env = { ...process.env, NODE_OPTIONS };

for (const args of [[], ["/dev/ptmx"]]) {
  test(`doctor ${args.join("")} finds koffi missing, first of all, and exits 1`, async () => {
    await using program = startCli(["doctor", "--json", ...args], { env });

    const { code } = await program.ended();

    const { findings } = JSON.parse(program.stdout.text) as { findings: Finding[] };
    equal(code, 1);
    deepEqual(
      findings.map(({ id, severity }) => [id, severity]),
      [["koffi", "problem"]],
    );
    const [finding] = findings;
    match(finding?.evidence.join("; ") ?? "", /koffi did not load on .*; wrong CPU$/);
    match(finding?.hint ?? "", /^install koffi with its optional dependencies/);
    equal(finding?.fix[0]?.command, "npm install --include=optional");
  });
}

test("doctor --report works without koffi", async () => {
  await using program = startCli(["doctor", "--report"], { env });

  const { code } = await program.ended();

  equal(code, 1);
  match(program.stdout.text, /PROBLEM +koffi/);
});

test("every command that uses ports says that koffi did not load, and how to get it", async (t) => {
  const file = join(temporaryFolder(t), "hub.yaml");
  writeFileSync(file, "networks:\n  plant:\n    members:\n      a: { port: /tmp/never-made }\n");
  const commands = [
    ["list"],
    ["monitor", "/dev/ttyS0"],
    ["send", "/dev/ttyS0", "x"],
    ["receive", "/dev/ttyS0"],
    ["demo"],
    ["hub", file],
  ];

  for (const args of commands) {
    await using program = startCli(args, { env });
    const { code } = await program.ended();

    ok(code !== 0, `${args[0]} exited with ${code}`);
    match(program.stderr.text, /the FFI driver koffi did not load on/, args[0]);
    match(program.stderr.text, /install koffi with its optional dependencies/, args[0]);
  }
});
