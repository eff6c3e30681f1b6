// Loads anyserial, which is ESM, for these CommonJS modules: once, and only when a port is listed or opened.

/** The part of anyserial that the binding uses. */
export type Core = Pick<
  typeof import("anyserial", { with: { "resolution-mode": "import" }}),
  "listSerialPorts"
> &
  Pick<
    typeof import("anyserial/internal", { with: { "resolution-mode": "import" }}),
    "isLowLatency" | "listSerialDevices" | "openTuned" | "transfersOf"
  >;

/** An open port of anyserial. */
export type CorePort = Awaited<ReturnType<Core["openTuned"]>>;

/** Transfers of an open port. */
export type CoreTransfers = ReturnType<Core["transfersOf"]>;

/** The code of an import() in a test runner that gave its code no importer, as Jest does. */
const NO_IMPORT = "ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG";

let loading: Promise<Core> | undefined;

/** Loads anyserial. */
export function loadCore(): Promise<Core> {
  loading ??= importCore();
  return loading;
}

async function importCore(): Promise<Core> {
  try {
    return { ...(await import("anyserial")), ...(await import("anyserial/internal")) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== NO_IMPORT) throw error;
    // Node's own require() loads ESM, whatever the runner put in its place.
    const own = process.getBuiltinModule("node:module").createRequire(__filename);
    return { ...own("anyserial"), ...own("anyserial/internal") } as Core;
  }
}
