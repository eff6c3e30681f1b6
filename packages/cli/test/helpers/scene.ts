// `anyserial monitor` at a terminal, with a device on the other side.

import { deepEqual, equal } from "node:assert/strict";
import type { TestContext } from "node:test";
import type { VirtualPort } from "anyserial/pty";
import { createDevice } from "./device.ts";
import { type Program, startCli } from "./program.ts";
import { Terminal } from "./terminal.ts";

/** The menu key. */
export const MENU = "\x14";
/** The quit key. */
export const QUIT = "\x1d";

/** Operator, program and device. */
export interface Scene {
  readonly device: VirtualPort;
  readonly terminal: Terminal;
  readonly program: Program;
  /** The terminal's settings before the program ran. */
  readonly settings: string;
}

/** Starts the monitor, and waits until it has opened the port. */
export async function startScene(
  t: TestContext,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Scene> {
  const device = await createDevice(t);
  const terminal = await Terminal.create(t);
  const { settings, fd } = terminal;
  const program = startCli(["monitor", device.path, ...args], {
    stdio: [fd, fd, fd],
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  t.after(() => program[Symbol.asyncDispose]());
  await terminal.screen.until(/--- connected to .* 8N1; Ctrl-\] quits.*\r\n/);
  return { device, terminal, program, settings };
}

/** Expects that the program ends well and leaves the terminal as it found it. */
export async function expectRestored({ program, terminal, settings }: Scene): Promise<void> {
  deepEqual(await program.exited(), { code: 0, signal: null });
  equal(terminal.settings, settings);
}
