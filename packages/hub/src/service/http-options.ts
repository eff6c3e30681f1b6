// The HTTP server's options, as the configuration has them, with the token of its file.

import { resolve } from "node:path";
import type { HubConfig } from "../model/types.ts";
import type { HttpOptions } from "./http.ts";
import { loadToken } from "./token.ts";

/**
 * Reads the options.
 *
 * @param config The whole configuration.
 * @param directory Folder that a relative path of the token file starts from.
 * @returns Options for the server.
 * @throws As `loadToken()`.
 */
export function httpOptionsOf({ listen = {} }: HubConfig, directory: string): HttpOptions {
  const { tokenFile, ...options } = listen;
  const token = tokenFile === undefined ? undefined : loadToken(resolve(directory, tokenFile));
  return { ...options, token };
}
