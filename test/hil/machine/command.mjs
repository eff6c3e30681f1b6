// Runs a program of the host to its end.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { buffer } from "node:stream/consumers";

/**
 * Runs a program; when it fails, throws an error with its last output.
 *
 * @param file The program.
 * @param args Its arguments.
 * @param options As of spawn(); a `signal` ends the program, and so does a `timeout`.
 * @returns Its standard output, as bytes.
 */
export async function run(file, args, options = {}) {
  const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const [output, complaint, [code, signal]] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, "close"),
  ]);
  if (code === 0) return output;
  const said = complaint.toString().trim().split("\n").at(-1);
  throw new Error(`${basename(options.argv0 ?? file)} failed: ${said || (signal ?? code)}`);
}
