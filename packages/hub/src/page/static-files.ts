// The files of the page, as the build made them; nothing else can be asked for.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Answer } from "./answer.ts";

/** Where the build puts the page. */
const BUILT: string = fileURLToPath(new URL("../web/", import.meta.url));
const PAGE = "index.html";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

/** No script, style or connection but of this server; no frame around it. */
const POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-cache",
};

interface StaticFile {
  readonly body: Buffer;
  readonly tag: string;
}

export class StaticFiles {
  readonly #folder: string;
  #files: ReadonlyMap<string, StaticFile> | undefined;

  /** @param folder Folder of the built page. */
  constructor(folder: string = BUILT) {
    this.#folder = folder;
  }

  /**
   * Finds a file.
   *
   * @param path Path of the request, from the first slash on.
   * @param known The tag that the browser has, from its `if-none-match`.
   * @returns The answer; `undefined` when there is no such file.
   */
  find(path: string, known: string | undefined): Answer | undefined {
    const name = path === "/" ? PAGE : path.slice(1);
    this.#files ??= readFiles(this.#folder);
    const file = this.#files.get(name);
    if (file === undefined) return undefined;
    const headers = { ...HEADERS, etag: file.tag };
    if (known === file.tag) return { code: 304, body: "", headers };
    return { code: 200, type: TYPES[extname(name)] ?? "", body: file.body, headers };
  }
}

function readFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  for (const name of namesIn(folder)) {
    if (!Object.hasOwn(TYPES, extname(name))) continue;
    const body = readFileSync(join(folder, name));
    const tag = `"${createHash("sha256").update(body).digest("hex").slice(0, 32)}"`;
    files.set(name, { body, tag });
  }
  return files;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // the page is not built
  }
}
