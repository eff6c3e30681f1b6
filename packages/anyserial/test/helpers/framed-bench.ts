// A port that is read by lines, and the device behind it.

import type { SerialPort } from "anyserial";
import { type FramedPort, type Framing, lines } from "anyserial/framing";
import { type SerialPortPair, serialPortPair } from "anyserial/testing";
import { latin1 } from "./framing.ts";

export const LINES: Framing<string> = lines();

/** A pair: the tested side by lines, and the device's. */
export interface Bench extends AsyncDisposable {
  readonly pair: SerialPortPair;
  readonly port: FramedPort<string>;
  readonly device: SerialPort;
  /** Sends text as the device, and waits until it is there. */
  say(text: string): Promise<void>;
}

export async function bench(): Promise<Bench> {
  const pair = await serialPortPair();
  return {
    pair,
    port: pair.a.framed(LINES),
    device: pair.b,
    say: (text) => pair.b.send(latin1(text)),
    [Symbol.asyncDispose]: () => pair.close(),
  };
}

/** Answers every line that comes, by a function; `undefined` gives no answer. */
export async function answering(
  device: SerialPort,
  answer: (line: string, count: number) => string | undefined,
): Promise<void> {
  let count = 0;
  for await (const line of device.framed(lines())) {
    const text = answer(line, count++);
    if (text !== undefined) await device.send(latin1(text));
  }
}
