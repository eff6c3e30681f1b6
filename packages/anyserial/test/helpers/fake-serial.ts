// A port of the fake serial service, granted and open, with the device at its other end.

import type { TestContext } from "node:test";
import {
  createFakeSerialService,
  type FakeSerialPort,
  type FakeSerialPortOptions,
  type FakeSerialService,
} from "anyserial/testing";
import { createSerial, type Serial, type SerialPort } from "anyserial/web-serial";

/** The parts. */
export interface FakeSerial {
  readonly service: FakeSerialService;
  readonly serial: Serial;
  readonly fake: FakeSerialPort;
  readonly port: SerialPort;
}

/** The port, closed. */
export async function fakeSerial(
  context: TestContext,
  options: FakeSerialPortOptions = {},
): Promise<FakeSerial> {
  const service = createFakeSerialService();
  context.after(() => service.close());
  const fake = await service.addPort(options);
  const serial = createSerial({ service, choose: {} });
  return { service, serial, fake, port: await serial.requestPort() };
}

/** The port, open. */
export async function openFake(
  context: TestContext,
  bufferSize = 64,
  options: FakeSerialPortOptions = {},
): Promise<FakeSerial> {
  const made = await fakeSerial(context, options);
  await made.port.open({ baudRate: 9600, bufferSize });
  return made;
}

/** Bytes 0, 1, 2, … */
export function counting(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, at) => at % 256);
}

/** Reads this many bytes at the device. */
export async function received(fake: FakeSerialPort, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let count = 0; count < length; ) {
    const part = await fake.device.receive({ maxBytes: length - count });
    parts.push(part);
    count += part.length;
  }
  return new Uint8Array(Buffer.concat(parts));
}
