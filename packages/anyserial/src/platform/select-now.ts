// The backend for callers that cannot wait: every platform is imported beforehand, so that a bundler finds
// them, and none does anything until it is chosen. koffi is loaded on first use.

import type { Backend } from "../backend/backend.ts";
import * as bsd from "../bsd/backend.ts";
import * as darwin from "../darwin/backend.ts";
import { requireFfi } from "../ffi/require-koffi.ts";
import * as linux from "../linux/backend.ts";
import * as windows from "../windows/backend.ts";
import { selectLoadedBackend } from "./select.ts";

/** The backend that `selectBackend()` gives. */
export function selectBackendNow(): Backend {
  return selectLoadedBackend({ linux, darwin, bsd, windows }, requireFfi);
}
