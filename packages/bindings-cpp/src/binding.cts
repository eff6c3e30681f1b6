// The binding of each system: lists ports, and opens one.

import type { BindingInterface, PortInfo } from "@serialport/bindings-interface";
import { loadCore } from "./core.cts";
import { refused, translated } from "./error-text.cts";
import {
  DarwinPortBinding,
  LinuxPortBinding,
  type Opened,
  WindowsPortBinding,
} from "./port-binding.cts";
import { listPorts } from "./port-list.cts";
import { type AnyOptions, type Platform, settingsOf, withDefaults } from "./settings.cts";
import type { DarwinOpenOptions, LinuxOpenOptions, WindowsOpenOptions } from "./types.cts";

/** The binding on Linux. */
export type LinuxBindingInterface = BindingInterface<LinuxPortBinding, LinuxOpenOptions>;
/** The binding on macOS. */
export type DarwinBindingInterface = BindingInterface<DarwinPortBinding, DarwinOpenOptions>;
/** The binding on Windows. */
export type WindowsBindingInterface = BindingInterface<WindowsPortBinding, WindowsOpenOptions>;
/** The binding of any system. */
export type AutoDetectTypes =
  | DarwinBindingInterface
  | WindowsBindingInterface
  | LinuxBindingInterface;

/** Opens and lists ports on Linux. */
export const LinuxBinding: LinuxBindingInterface = {
  list: () => list("linux"),
  open: async (options) =>
    new LinuxPortBinding(await open<Required<LinuxOpenOptions>>("linux", options)),
};

/** Opens and lists ports on macOS. */
export const DarwinBinding: DarwinBindingInterface = {
  list: () => list("darwin"),
  open: async (options) =>
    new DarwinPortBinding(await open<Required<DarwinOpenOptions>>("darwin", options)),
};

/** Opens and lists ports on Windows. */
export const WindowsBinding: WindowsBindingInterface = {
  list: () => list("win32"),
  open: async (options) =>
    new WindowsPortBinding(await open<Required<WindowsOpenOptions>>("win32", options)),
};

/** Returns the binding of this system. */
export function autoDetect(): AutoDetectTypes {
  if (process.platform === "win32") return WindowsBinding;
  return process.platform === "darwin" ? DarwinBinding : LinuxBinding;
}

async function list(platform: Platform): Promise<PortInfo[]> {
  return listPorts(await loadCore(), platform);
}

async function open<O extends object>(platform: Platform, given: AnyOptions): Promise<Opened<O>> {
  check(given);
  const options = withDefaults(platform, given);
  const { baudRate, path } = options;
  const { config, tuning } = settingsOf(platform, options);
  const core = await loadCore();
  try {
    const port = await core.openTuned(path, config, {
      tuning,
      onRefused: ({ setting, error }) => onRefused(setting, error, options),
    });
    return { core, port, options: options as unknown as O };
  } catch (error) {
    throw translated(error, { call: "open", path, baudRate, platform });
  }
}

function check(options: AnyOptions): void {
  if (!options || typeof options !== "object" || Array.isArray(options)) {
    throw new TypeError('"options" is not an object');
  }
  if (!options.path) throw new TypeError('"path" is not a valid port');
  if (!options.baudRate) throw new TypeError('"baudRate" is not a valid baudRate');
}

/** Asked for by default, and left out where a port has none of it. */
const SILENT = ["exclusiveAccess", "hangupOnClose"];

/** What node-serialport refuses is an error; what it leaves out without a word is a warning. */
function onRefused(
  setting: string,
  error: Error & { hint?: string | undefined },
  options: AnyOptions,
): void {
  const refusal = refused(setting, error, options);
  if (refusal !== undefined) throw refusal;
  if (SILENT.includes(setting)) return;
  process.emitWarning(error.message, {
    type: "SerialUnsupportedWarning",
    ...(error.hint === undefined ? {} : { detail: error.hint }),
  });
}
