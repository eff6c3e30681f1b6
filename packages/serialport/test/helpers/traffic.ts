// Traffic of a device in small chunks, and the memory that the process holds meanwhile.

import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SerialPort } from "@anyserial/serialport";
import { createVirtualPort } from "anyserial/pty";

/** Chunks that a program keeps at a time. */
const KEPT = 1000;
/** Marks of a run; the first ones are while the heap finds its size. */
const MARKS = 20;
const WARM_UP_MARKS = 4;

/** The ways in which programs treat chunks. */
export type Habit = "forgets" | "keeps" | "parses";

/** Result of {@link runTraffic}. */
export interface Traffic {
  readonly chunks: number;
  readonly bytes: number;
  /** Bytes held by objects and buffers after each twentieth of the run, the first ones left out. */
  readonly held: readonly number[];
}

/** Collects all garbage; returns the bytes that objects and buffers hold. */
export function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Sends a message to a port whenever the one before has come, so that each is a chunk of its own.
 *
 * @param count Chunks.
 * @param habit How the program treats them: it keeps the last 1000, say.
 * @param onMark Called with the chunks so far, and the bytes held.
 */
export async function runTraffic(
  count: number,
  habit: Habit,
  onMark: (chunks: number, held: number) => void = () => undefined,
): Promise<Traffic> {
  await using device = await createVirtualPort();
  const port = new SerialPort({ path: device.path, baudRate: 115_200 });
  await once(port, "open");
  const message = Buffer.from("temperature 21.5 C, humidity 48 %\n");
  const kept: Buffer[] = [];
  const held: number[] = [];
  const every = Math.ceil(count / MARKS);
  let chunks = 0;
  let bytes = 0;
  let text = "";
  await new Promise<void>((resolve, reject) => {
    const next = (): void => {
      if (device.trySend(message) !== message.length) reject(new Error("a message was cut"));
    };
    port.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (habit === "keeps") kept[chunks % KEPT] = chunk;
      if (habit === "parses") text = chunk.toString();
      if (++chunks % every === 0) {
        held.push(heldBytes());
        onMark(chunks, held.at(-1) ?? 0);
      }
      if (chunks === count) resolve();
      else next();
    });
    port.on("error", reject);
    next();
  });
  if (habit === "parses" && text !== message.toString()) throw new Error(`not whole: ${text}`);
  await new Promise((resolve) => port.close(resolve));
  return { chunks, bytes, held: held.slice(WARM_UP_MARKS) };
}

/** Growth from the first third of the marks to the last one, by their medians. */
export function growthOf({ held }: Traffic): number {
  const third = Math.ceil(held.length / 3);
  return median(held.slice(-third)) - median(held.slice(0, third));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
