// Chooses the backend of the running system: the only file that reads process.platform. One
// platform is loaded, on first use; koffi with it.

import { type as systemName } from "node:os";
import { bsdVariant } from "../bsd/variant.ts";
import { ConfigurationError, isSerialError } from "../errors.ts";
import { isOneOf } from "../validate.ts";
import type { Backend } from "./backend.ts";
import { UnsupportedBackend } from "./unsupported.ts";

/** Systems that koffi 3.3.4 carries no binary for; its package has the source. */
const NOT_PREBUILT: readonly string[] = ["netbsd", "dragonfly"];
const BUILD_HINT =
  "build it: install CMake, make and a C++ compiler, then run `node cnoke.cjs -P . -D src/koffi --release` in node_modules/koffi";

let selected: Promise<Backend> | undefined;

/**
 * The backend of this process; never rejects for a system without one, whose backend refuses.
 *
 * @returns The same backend every time.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — `ANYSERIAL_READINESS` is set wrongly.
 */
export function selectBackend(): Promise<Backend> {
  selected ??= load(process.platform, process.arch);
  return selected;
}

/** Operating system as the runtime names it. */
export function platformName(): string {
  return process.platform;
}

async function load(platform: string, arch: string): Promise<Backend> {
  try {
    switch (platform) {
      case "linux":
      case "android": {
        const mechanism = forcedMechanism();
        const [{ LinuxBackend, linuxParts }, { ffi }] = await Promise.all([
          import("../linux/backend.ts"),
          import("../ffi/koffi.ts"),
        ]);
        return new LinuxBackend(linuxParts(ffi, arch, mechanism));
      }
      case "darwin": {
        const mechanism = forcedMechanism();
        const [{ DarwinBackend, darwinParts }, { ffi }] = await Promise.all([
          import("../darwin/backend.ts"),
          import("../ffi/koffi.ts"),
        ]);
        return new DarwinBackend(darwinParts(ffi, arch, mechanism));
      }
      default:
        return await loadOther(platform, arch);
    }
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    if (isSerialError(error)) return new UnsupportedBackend(platform, error);
    return withoutDriver(platform, arch, error);
  }
}

/** One backend for the four BSDs, and none for the rest. */
async function loadOther(platform: string, arch: string): Promise<Backend> {
  const variant = bsdVariant(platform, systemName());
  if (variant === undefined) {
    return new UnsupportedBackend(platform, `there is no backend for ${platform} yet`);
  }
  const mechanism = forcedMechanism();
  const [{ BsdBackend, bsdParts }, { ffi }] = await Promise.all([
    import("../bsd/backend.ts"),
    import("../ffi/koffi.ts"),
  ]);
  return new BsdBackend(bsdParts(ffi, { variant, arch }, mechanism));
}

function withoutDriver(platform: string, arch: string, cause: unknown): Backend {
  const variant = bsdVariant(platform, systemName()) ?? platform;
  const has = NOT_PREBUILT.includes(variant) ? "has no prebuilt binary for" : "did not load on";
  const reason = `the FFI driver koffi ${has} ${variant} ${arch} (${runtime()})`;
  const hint = NOT_PREBUILT.includes(variant) ? BUILD_HINT : undefined;
  return new UnsupportedBackend(platform, reason, { cause, hint });
}

function forcedMechanism(): "libuv" | "reactor" | undefined {
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
