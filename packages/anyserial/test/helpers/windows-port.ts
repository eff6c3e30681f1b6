// Ports of the Windows backend over the fake system, for tests on any host.

import type { SerialConfigInput, SerialPort } from "anyserial";
import { createSerialConfig } from "../../dist/config/config.js";
import { openWith } from "../../dist/port/open.js";
import { windowsAbi } from "../../dist/windows/abi.js";
import { WindowsBackend, type WindowsBackendParts } from "../../dist/windows/backend.js";
import { FakeComm } from "./fake-comm.ts";

/** The backend over a fake system, without discovery. */
export function fakeBackend(system: FakeComm): WindowsBackend {
  const abi = windowsAbi("x64");
  if (abi === undefined) throw new Error("no table for x64");
  const discovery = {
    describe: async () => undefined,
  } as unknown as WindowsBackendParts["discovery"];
  return new WindowsBackend({
    system: { kernel32: system, abi },
    waiting: { completions: system.completions, flush: async () => system.flushFileBuffers() },
    discovery,
  });
}

/** Opens a port of a fake system. */
export function openFake(
  system: FakeComm,
  path: string,
  config: SerialConfigInput = {},
): Promise<SerialPort> {
  const target = { path, info: undefined };
  return openWith(fakeBackend(system), target, createSerialConfig(config));
}

/** A fake system with a pair of ports, COM1 and COM12, both open. */
export async function openFakePair(
  config: { readonly a?: SerialConfigInput; readonly b?: SerialConfigInput } = {},
) {
  const system = new FakeComm();
  const ports = system.addPair();
  const a = await openFake(system, "COM1", config.a);
  const b = await openFake(system, "COM12", config.b);
  return { system, ports, a, b };
}
