// The way out of a real port, over a driver that the test plays.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { SerialPort } from "anyserial";
import { SerialOutput } from "../../../dist/members/serial-output.js";

/** A driver with limited room, which reports none unless it is asked to. */
class Driver {
  readonly config = { baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1 };
  readonly fd = undefined;
  isOpen = true;
  room = 0;
  queued = 0;
  taken = "";
  failure: Error | undefined;

  trySend(bytes: Uint8Array): number {
    if (this.failure !== undefined) throw this.failure;
    const count = Math.min(this.room, bytes.length);
    this.room -= count;
    this.taken += Buffer.from(bytes.subarray(0, count)).toString();
    return count;
  }

  /** Waits for a room that no event reports. */
  async send(_bytes: Uint8Array, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    throw Object.assign(new Error("aborted"), { bytesWritten: 0 });
  }

  async outputWaiting(): Promise<number> {
    return this.queued;
  }
}

class Bench {
  readonly driver = new Driver();
  readonly lost: number[] = [];
  readonly failures: unknown[] = [];
  readonly output: SerialOutput;
  #onWritable = (): void => undefined;
  readonly writable = new Promise<void>((resolve) => {
    this.#onWritable = resolve;
  });

  constructor() {
    this.output = new SerialOutput(this.driver as unknown as SerialPort, {
      onWritable: () => this.#onWritable(),
      onLost: (bytes) => void this.lost.push(bytes),
      onFailure: (error) => void this.failures.push(error),
    });
  }
}

test("SerialOutput takes as many bytes as the driver takes and the line sends in a moment", async () => {
  const { driver, output, writable } = new Bench();
  driver.room = 10;

  equal(output.write(Buffer.alloc(1000, "x")), 10 + 96);
  equal(output.waiting, 96);
  equal(output.write(Buffer.from("more")), 0);
  driver.room = 1000;
  await writable;

  equal(driver.taken.length, 106);
  equal(output.waiting, 0);
});

test("SerialOutput finds room that no event reports, however little", async () => {
  const { driver, output, writable } = new Bench();
  output.write(Buffer.alloc(96, "x"));

  const looking = setInterval(() => {
    driver.room += 1 + driver.taken.length;
  }, 1);
  await writable;
  clearInterval(looking);

  equal(driver.taken, "x".repeat(96));
});

test("SerialOutput reports what it had taken and lost with the device", async () => {
  const { driver, output, writable, lost, failures } = new Bench();
  output.write(Buffer.alloc(96));

  driver.isOpen = false;
  driver.failure = new Error("gone");
  await writable;

  deepEqual(lost, [96]);
  deepEqual(failures, []);
  equal(output.waiting, 0);
  equal(output.write(Buffer.from("more")), 0);
});

test("SerialOutput reports a failure of a port that is there", async () => {
  const { driver, output, writable, lost, failures } = new Bench();
  output.write(Buffer.alloc(96));

  driver.failure = new Error("refused");
  await writable;

  deepEqual(failures, [driver.failure]);
  deepEqual(lost, [96]);
});

test("SerialOutput.hasRead() goes by the driver's queue", async () => {
  const { driver, output } = new Bench();
  driver.queued = 4000;

  equal(await output.hasRead(), undefined);
  equal(await output.hasRead(), false);
  driver.queued = 3999;
  equal(await output.hasRead(), true);
  driver.outputWaiting = async () => Promise.reject(new Error("gone"));
  equal(await output.hasRead(), undefined);
});
