// Ports for tests: a pty, and a line with modem lines, breaks and settings, which is served by RFC 2217.

import type { TestContext } from "node:test";
import { LinuxBinding, type LinuxPortBinding } from "@anyserial/bindings-cpp";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { SerialServer } from "anyserial/serve";
import { type SerialPortPair, serialPortPair } from "anyserial/testing";

type Options = Partial<Parameters<typeof LinuxBinding.open>[0]>;

/** An open port, and the device behind it. */
export interface OnPty {
  readonly device: VirtualPort;
  readonly port: LinuxPortBinding;
}

/** Opens the binding on a pty, which ends with the test. */
export async function openOnPty(t: TestContext, options: Options = {}): Promise<OnPty> {
  const device = await createVirtualPort();
  const port = await LinuxBinding.open({ path: device.path, baudRate: 9600, ...options });
  t.after(async () => {
    if (port.isOpen) await port.close();
    await device.close();
  });
  return { device, port };
}

/** An open port with lines, and the other end of its cable. */
export interface OnLine {
  readonly pair: SerialPortPair;
  readonly path: string;
  readonly port: LinuxPortBinding;
}

/** Opens the binding on a line with modem lines, breaks and settings. */
export async function openOnLine(t: TestContext, options: Options = {}): Promise<OnLine> {
  const pair = await serialPortPair();
  const server = await SerialServer.listen({ listen: { host: "127.0.0.1", port: 0 } });
  const serving = server.serve(pair.a).catch(() => undefined); // the port is closed at the end
  const { address } = server;
  const path = `rfc2217://127.0.0.1:${"port" in address ? address.port : 0}`;
  const port = await LinuxBinding.open({ path, baudRate: 9600, ...options });
  t.after(async () => {
    if (port.isOpen) await port.close();
    await pair.close();
    await serving;
    await server.close();
  });
  return { pair, path, port };
}
