// Chooses the backend of the running system: the only file that reads process.platform. One
// platform is loaded, on first use; koffi with it. A bundler follows each import() here.

import { type as systemName } from "node:os";
import { isOneOf } from "../arguments/validate.ts";
import type { Backend } from "../backend/backend.ts";
import type { RunsOn } from "../backend/host.ts";
import { bsdVariant } from "../bsd/variant.ts";
import { ConfigurationError, isSerialError, UnsupportedPlatformError } from "../errors/errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import { UnsupportedBackend } from "./unsupported.ts";

/** The exports of `backend.ts` in a system's folder. */
export interface System {
  readonly createBackend: (ffi: Ffi, runsOn: RunsOn) => Backend;
}

const SYSTEMS = {
  linux: (): Promise<System> => import("../linux/backend.ts"),
  darwin: (): Promise<System> => import("../darwin/backend.ts"),
  bsd: (): Promise<System> => import("../bsd/backend.ts"),
  windows: (): Promise<System> => import("../windows/backend.ts"),
} as const;
export type SystemFolder = keyof typeof SYSTEMS;

/** Systems that koffi 3.3.4 carries no binary for; its package has the source. */
const NOT_PREBUILT: readonly string[] = ["netbsd", "dragonfly"];
const BUILD_HINT =
  "build it: install CMake, make and a C++ compiler, then run `node cnoke.cjs -P . -D src/koffi --release` in node_modules/koffi";

let selected: Backend | undefined;

/**
 * The backend of this process; never rejects for a system without one, whose backend refuses. A
 * backend that refuses is not kept: the next call may succeed, or fail in another way.
 *
 * @returns The same backend every time.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — `ANYSERIAL_READINESS` is set wrongly.
 */
export async function selectBackend(): Promise<Backend> {
  if (selected !== undefined) return selected;
  const runsOn = runningSystem();
  const folder = folderOf(runsOn);
  if (folder === undefined) return noBackend(runsOn);
  const system = await SYSTEMS[folder]();
  try {
    const { ffi } = await import("../ffi/koffi.ts");
    return create(system, ffi, runsOn);
  } catch (error) {
    return refuse(runsOn, error);
  }
}

/**
 * {@link selectBackend} for callers that cannot wait.
 *
 * @param systems The folders that selectBackend() loads.
 * @param loadFfi Loads koffi.
 * @returns The same backend.
 */
export function selectLoadedBackend(
  systems: Readonly<Record<SystemFolder, System>>,
  loadFfi: () => Ffi,
): Backend {
  if (selected !== undefined) return selected;
  const runsOn = runningSystem();
  const folder = folderOf(runsOn);
  if (folder === undefined) return noBackend(runsOn);
  try {
    return create(systems[folder], loadFfi(), runsOn);
  } catch (error) {
    return refuse(runsOn, error);
  }
}

/** Operating system as the runtime names it. */
export function platformName(): string {
  return process.platform;
}

/** The first one stays: while one caller waits for an import, another may have been quicker. */
function create(system: System, ffi: Ffi, runsOn: RunsOn): Backend {
  selected ??= system.createBackend(ffi, runsOn);
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

/** A system without koffi, or whose backend knows nothing of this CPU. */
function refuse(runsOn: RunsOn, cause: unknown): Backend {
  const error = isSerialError(cause) ? cause : withoutKoffi(runsOn, cause);
  return new UnsupportedBackend(runsOn.platform, error);
}

function withoutKoffi({ platform, uname, arch }: RunsOn, cause: unknown): UnsupportedPlatformError {
  const name = bsdVariant(platform, uname) ?? platform;
  const isPrebuilt = !NOT_PREBUILT.includes(name);
  const has = isPrebuilt ? "did not load on" : "has no prebuilt binary for";
  return new UnsupportedPlatformError(
    `Cannot use serial ports: the FFI driver koffi ${has} ${name} ${arch} (${runtime()})`,
    { code: "ERR_SERIAL_KOFFI", cause, hint: isPrebuilt ? undefined : BUILD_HINT },
  );
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
