// Fields of the `listen` section: the addresses of the hub itself.

import type { ListenConfig } from "../model/types.ts";
import { path, socketPath } from "./paths.ts";
import { address, type FieldsOf, flag, texts } from "./readers.ts";

/**
 * Lists addresses to serve on.
 *
 * @param directory Folder that relative paths start from.
 */
export function listenFields(directory: string): FieldsOf<ListenConfig> {
  return { ...LISTEN_FIELDS, control: { ...LISTEN_FIELDS.control, reader: socketPath(directory) } };
}

const LISTEN_FIELDS: FieldsOf<ListenConfig> = {
  http: {
    reader: address(),
    help: "Address that serves the page, `/metrics`, `/status` and `/healthz`.",
  },
  page: {
    reader: flag(),
    default: true,
    help: "Serves the page, which shows all traffic to every user of this machine.",
  },
  control: {
    reader: path(),
    defaultHelp: "in the runtime folder",
    help: "Path of the control socket, at most 107 bytes.",
  },
  allowRemote: {
    reader: flag(),
    default: false,
    help: "Allows an `http` address that other machines can reach.",
  },
  allowedHosts: {
    reader: texts("a list of host names", 0),
    default: [],
    help: "Host names that requests may use, beside the address and localhost.",
  },
  tokenFile: {
    reader: path(),
    help: "File with the token for requests that change something. If it is missing, the hub creates it with a random token.",
  },
};
