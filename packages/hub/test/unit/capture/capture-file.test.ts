// Blocks go to files in order; the first failure ends the recording and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CaptureFile, type CaptureTarget } from "#internal/capture/capture-file.js";

/** A disk that keeps what it is given, and fails when it is told to. */
class Disk {
  readonly files: Buffer[] = [];
  /** Bytes that still fit. */
  room = Number.POSITIVE_INFINITY;

  readonly create = async (): Promise<CaptureTarget> => {
    const index = this.files.push(Buffer.alloc(0)) - 1;
    const get = (): Buffer => this.files[index] as Buffer;
    return {
      write: async (bytes) => {
        const taken = bytes.subarray(0, this.room);
        this.room -= taken.length;
        this.files[index] = Buffer.concat([get(), taken]);
        if (taken.length < bytes.length) throw Object.assign(new Error("full"), { code: "ENOSPC" });
      },
      truncate: async (length) => {
        this.files[index] = get().subarray(0, length);
      },
      close: async () => undefined,
    };
  };

  get texts(): string[] {
    return this.files.map((file) => file.toString());
  }
}

async function open(disk: Disk): Promise<{ file: CaptureFile; errors: Error[] }> {
  const errors: Error[] = [];
  const onError = (error: Error): void => void errors.push(error);
  const file = new CaptureFile({ file: "x", keep: 2, onError, create: disk.create });
  await file.open();
  return { file, errors };
}

test("CaptureFile writes blocks in order", async () => {
  const disk = new Disk();
  const { file } = await open(disk);

  for (const text of ["a", "b", "c"]) assert.equal(file.append([Buffer.from(text)]), true);
  await file.close();

  assert.deepEqual(disk.texts, ["abc"]);
});

test("CaptureFile writes what follows rotate() to another file", async () => {
  const disk = new Disk();
  const { file } = await open(disk);

  file.append([Buffer.from("a")]);
  file.rotate();
  file.append([Buffer.from("b")]);
  await file.close();

  assert.deepEqual(disk.texts, ["a", "b"]);
});

test("CaptureFile tells once that the disk is full, and keeps whole blocks only", async () => {
  const disk = new Disk();
  const { file, errors } = await open(disk);
  file.append([Buffer.from("whole")]);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  disk.room = 2;

  file.append([Buffer.from("block")]);
  await file.close();

  assert.deepEqual(
    errors.map((error) => (error as NodeJS.ErrnoException).code),
    ["ENOSPC"],
  );
  assert.deepEqual(disk.texts, ["whole"]);
  assert.equal(file.append([Buffer.from("more")]), false);
});

test("CaptureFile refuses blocks while 8 MiB wait for the disk", async () => {
  const disk = new Disk();
  const { file, errors } = await open(disk);
  const block = Buffer.alloc(1024 * 1024);

  const taken = Array.from({ length: 10 }, () => file.append([block]));
  await file.close();

  assert.deepEqual(taken, [...Array(8).fill(true), false, false]);
  assert.equal(disk.files[0]?.length, 8 * 1024 * 1024);
  assert.deepEqual(errors, []);
});
