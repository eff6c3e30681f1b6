// Opens the page in the user's browser, without a shell. The address has the token, and other users can see the
// arguments of a program: the browser is given a file that leads there, which only this user can read.

import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { platform } from "node:os";
import { join } from "node:path";

const PRIVATE_MODE = 0o600;
const FILE = "open.html";

/** The program that opens a file as the user has chosen, by platform. */
const OPENERS: Readonly<Record<string, string>> = { darwin: "open", win32: "explorer.exe" };

/**
 * Opens an address.
 *
 * @param address The page's, with the token; it has no quotes.
 * @param folder Where the file is written: a private folder that outlives the start of the browser.
 * @returns Why it could not be done; `undefined` when the program was started.
 * @throws The system's error — the file cannot be written.
 */
export async function openPage(address: string, folder: string): Promise<string | undefined> {
  const file = join(folder, FILE);
  await writeFile(file, redirectTo(address), { mode: PRIVATE_MODE, flag: "wx" });
  const program = OPENERS[platform()] ?? "xdg-open";
  const child = spawn(program, [file], { detached: true, stdio: "ignore", windowsHide: true });
  const failure = await new Promise<Error | undefined>((resolve) => {
    child.once("spawn", () => resolve(undefined));
    child.once("error", resolve);
  });
  child.unref();
  return failure === undefined ? undefined : `cannot start ${program}: ${failure.message}`;
}

function redirectTo(address: string): string {
  return [
    "<!doctype html>",
    '<meta charset="utf-8" />',
    '<meta name="referrer" content="no-referrer" />',
    `<meta http-equiv="refresh" content="0; url=${address}" />`,
    "<title>anyserial</title>",
    `<p><a href="${address}">The page of the hub</a></p>`,
    "",
  ].join("\n");
}
