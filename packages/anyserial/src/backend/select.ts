// Chooses the backend of the running system: the only file that reads process.platform. One
// platform is loaded, on first use; koffi with it.

import { createRequire } from "node:module";
import { type as systemName } from "node:os";
import { bsdVariant } from "../bsd/variant.ts";
import { ConfigurationError, isSerialError } from "../errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import { isOneOf } from "../validate.ts";
import type { Backend } from "./backend.ts";
import type { RunsOn } from "./runs-on.ts";
import { UnsupportedBackend } from "./unsupported.ts";

/** What the `backend.ts` of a system's folder exports. */
interface System {
  readonly createBackend: (ffi: Ffi, runsOn: RunsOn) => Backend;
}

const SYSTEMS = {
  linux: (): Promise<System> => import("../linux/backend.ts"),
  darwin: (): Promise<System> => import("../darwin/backend.ts"),
  bsd: (): Promise<System> => import("../bsd/backend.ts"),
  windows: (): Promise<System> => import("../windows/backend.ts"),
} as const;
type SystemFolder = keyof typeof SYSTEMS;

/** Systems that koffi 3.3.4 carries no binary for; its package has the source. */
const NOT_PREBUILT: readonly string[] = ["netbsd", "dragonfly"];
const BUILD_HINT =
  "build it: install CMake, make and a C++ compiler, then run `node cnoke.cjs -P . -D src/koffi --release` in node_modules/koffi";

let selected: Backend | undefined;

/**
 * The backend of this process; never rejects for a system without one, whose backend refuses.
 *
 * @returns The same backend every time.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — `ANYSERIAL_READINESS` is set wrongly.
 */
export async function selectBackend(): Promise<Backend> {
  if (selected !== undefined) return selected;
  const runsOn = runningSystem();
  const folder = folderOf(runsOn);
  if (folder === undefined) return settle(() => noBackend(runsOn));
  try {
    const loaded = await Promise.all([SYSTEMS[folder](), import("../ffi/koffi.ts")]);
    return settle(() => loaded[0].createBackend(loaded[1].ffi, runsOn));
  } catch (error) {
    return settle(() => refuse(runsOn, error));
  }
}

/** {@link selectBackend} for callers that cannot wait: the same backend, loaded by require(). */
export function selectBackendNow(): Backend {
  if (selected !== undefined) return selected;
  const runsOn = runningSystem();
  const folder = folderOf(runsOn);
  if (folder === undefined) return settle(() => noBackend(runsOn));
  try {
    const load = createRequire(import.meta.url);
    const { createBackend }: System = load(`../${folder}/backend.js`);
    const { ffi }: { readonly ffi: Ffi } = load("../ffi/koffi.js");
    return settle(() => createBackend(ffi, runsOn));
  } catch (error) {
    return settle(() => refuse(runsOn, error));
  }
}

/** Operating system as the runtime names it. */
export function platformName(): string {
  return process.platform;
}

/** The first one stays: while one caller waits for an import, another may have been quicker. */
function settle(create: () => Backend): Backend {
  selected ??= create();
  return selected;
}

function runningSystem(): RunsOn {
  const { platform, arch } = process;
  return { platform, uname: systemName(), arch, mechanism: forcedMechanism() };
}

function folderOf({ platform, uname }: RunsOn): SystemFolder | undefined {
  if (platform === "linux" || platform === "android") return "linux";
  if (platform === "darwin") return "darwin";
  if (platform === "win32") return "windows";
  return bsdVariant(platform, uname) === undefined ? undefined : "bsd";
}

function noBackend({ platform }: RunsOn): Backend {
  return new UnsupportedBackend(platform, `there is no backend for ${platform} yet`);
}

/** A system whose backend does not load, or knows nothing of this CPU. */
function refuse({ platform, uname, arch }: RunsOn, cause: unknown): Backend {
  if (isSerialError(cause)) return new UnsupportedBackend(platform, cause);
  const name = bsdVariant(platform, uname) ?? platform;
  const isPrebuilt = !NOT_PREBUILT.includes(name);
  const has = isPrebuilt ? "did not load on" : "has no prebuilt binary for";
  const reason = `the FFI driver koffi ${has} ${name} ${arch} (${runtime()})`;
  const hint = isPrebuilt ? undefined : BUILD_HINT;
  return new UnsupportedBackend(platform, reason, { cause, hint });
}

function forcedMechanism(): RunsOn["mechanism"] {
  const value = process.env["ANYSERIAL_READINESS"];
  if (value === undefined || value === "") return undefined;
  if (isOneOf(value, ["libuv", "reactor"] as const)) return value;
  throw new ConfigurationError(
    `Invalid "ANYSERIAL_READINESS": got "${value}", expected libuv or reactor`,
    { code: "ERR_INVALID_ARG_VALUE" },
  );
}

function runtime(): string {
  const { bun, deno, node } = process.versions;
  if (bun !== undefined) return `Bun ${bun}`;
  return deno === undefined ? `Node.js ${node}` : `Deno ${deno}`;
}
