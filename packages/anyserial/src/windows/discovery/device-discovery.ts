// Discovery on Windows: the list, one port by its path, and hot-plug.

import type { ListSource, PortWatch } from "../../backend/backend.ts";
import { UnsupportedFeatureError } from "../../errors/errors.ts";
import type { Ffi } from "../../ffi/ffi.ts";
import type { PortInfo } from "../../model/port-info.ts";
import type { SerialDevice } from "../../model/serial-device.ts";
import type { DeviceAbi } from "./device-abi.ts";
import type { DeviceSystem } from "./device-set.ts";
import { listDevices } from "./device-states.ts";
import { HotPlug } from "./hotplug.ts";
import { describePort, listPorts, listPortsNow, readArrivals } from "./list.ts";
import { bindRegistry, Registry } from "./registry.ts";
import { changeParts, watchRegistry } from "./registry-changes.ts";
import { bindConfigurationManager, bindSetupApi } from "./setupapi.ts";

/** The calls of the backend; the promises are those of the contract. */
export interface WindowsDiscovery {
  list(source: ListSource): Promise<PortInfo[]>;
  listNow(): PortInfo[];
  describe(path: string): Promise<PortInfo | undefined>;
  watch(): PortWatch;
  devices(): Promise<SerialDevice[]>;
}

/** Builds discovery; the libraries are loaded when something is asked. */
export function createWindowsDiscovery(ffi: Ffi, abi: DeviceAbi): WindowsDiscovery {
  let bound: DeviceSystem | undefined;
  const system = (): DeviceSystem => {
    bound ??= {
      setupApi: bindSetupApi(ffi),
      manager: bindConfigurationManager(ffi),
      registry: new Registry(bindRegistry(ffi), abi),
      abi,
    };
    return bound;
  };
  let hotPlug: HotPlug | undefined;
  return {
    list: async (source) => {
      if (source === "udev") throw noUdev();
      return listPorts(system());
    },
    listNow: () => listPortsNow(system()),
    describe: async (path) => describePort(system(), path),
    watch: () => {
      hotPlug ??= createHotPlug(ffi, system());
      return hotPlug.watch();
    },
    devices: async () => listDevices(system()),
  };
}

function createHotPlug(ffi: Ffi, system: DeviceSystem): HotPlug {
  const parts = changeParts(ffi, system.registry, system.abi.pointerSize);
  return new HotPlug({
    watchChanges: (listener) => watchRegistry(parts, listener),
    readArrivals: () => readArrivals(system),
  });
}

function noUdev(): UnsupportedFeatureError {
  return new UnsupportedFeatureError("Cannot list ports by udev: not available on Windows", {
    code: "ERR_SERIAL_DISCOVERY",
    operation: "list",
    hint: "list with the backend native",
  });
}
