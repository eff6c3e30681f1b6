// A hub in a process of its own, with a folder, a configuration and a runtime folder of the test's.

import type { StdioOptions } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { startCommand } from "./in-process.ts";
import { type Program, startCli } from "./program.ts";

/** Two applications on a bus. */
export const TWO_PORTS = `
networks:
  plant:
    framing: line
    members:
      meter: { port: ./meter, queue: 4KiB, stallAfterMs: 50 }
      logger: { port: ./logger, queue: 4KiB, stallAfterMs: 50 }
`;

/** Where a test's hub lives. */
export class HubHome {
  readonly folder: string;
  /** Configuration file. */
  readonly file: string;
  readonly #t: TestContext;

  constructor(t: TestContext, config: string = TWO_PORTS) {
    this.#t = t;
    this.folder = temporaryFolder(t);
    this.file = join(this.folder, "plant.yaml");
    this.write(config);
  }

  /** Replaces the configuration. */
  write(config: string): void {
    writeFileSync(this.file, config);
  }

  /** Path of something in the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs `anyserial hub …` here. */
  run(
    args: readonly string[],
    options: { stdio?: StdioOptions; env?: NodeJS.ProcessEnv } = {},
  ): Program {
    const env = { ...process.env, XDG_RUNTIME_DIR: this.folder, ...options.env };
    const { stdio = "pipe" } = options;
    const program = startCli(["hub", ...args], { cwd: this.folder, env, stdio });
    this.#t.after(() => program[Symbol.asyncDispose]());
    return program;
  }

  /** Runs a hub, and waits until it is ready. */
  async start(args: readonly string[] = []): Promise<Program> {
    const hub = this.run([this.file, ...args]);
    await hub.stdout.until(/hub \d+ runs|"event":"ready"/);
    return hub;
  }

  /** Runs a command to its end, here and in this process; returns its output. */
  async call(args: readonly string[]): Promise<{ code: number; text: string; told: string }> {
    const [folder, runtime] = [process.cwd(), process.env["XDG_RUNTIME_DIR"]];
    process.chdir(this.folder);
    process.env["XDG_RUNTIME_DIR"] = this.folder;
    try {
      const { ended, stdout, stderr } = startCommand(["hub", ...args], { input: "" });
      return { code: await ended, text: stdout.text, told: stderr.text };
    } finally {
      process.chdir(folder);
      if (runtime === undefined) delete process.env["XDG_RUNTIME_DIR"];
      else process.env["XDG_RUNTIME_DIR"] = runtime;
    }
  }
}

/** Characters that control a terminal, or reorder its text, spelled out. */
export function controlsIn(text: string): readonly string[] {
  const isControl = (code: number): boolean =>
    code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x202e;
  return [...text]
    .filter((one) => isControl(one.codePointAt(0) ?? 0))
    .map((one) => JSON.stringify(one));
}
