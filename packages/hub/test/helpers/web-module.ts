// Modules of the page, which is built for browsers: a test loads one by itself. Those without a document run here.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const SOURCE = fileURLToPath(new URL("../../web/", import.meta.url));

/**
 * Loads a module.
 *
 * @param path From `web/` on, such as `traffic/filter.ts`.
 */
export async function loadWebModule<T>(path: string): Promise<T> {
  const { outputFiles } = await build({
    entryPoints: [`${SOURCE}${path}`],
    write: false,
    bundle: true,
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "error",
  });
  const [code] = outputFiles;
  const base64 = Buffer.from(code?.contents ?? []).toString("base64");
  return (await import(`data:text/javascript;base64,${base64}`)) as T;
}
