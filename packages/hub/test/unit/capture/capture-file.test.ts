// Blocks go to files in order; the first failure ends the recording and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { CaptureFile, type CaptureTarget } from "../../../dist/capture/capture-file.js";

/** A disk that keeps its data, and fails on request. */
class Disk {
  readonly files: Buffer[] = [];
  /** Bytes that still fit. */
  room = Number.POSITIVE_INFINITY;
  /** Another program has removed the current file. */
  isRemoved = false;

  readonly create = async (): Promise<CaptureTarget> => {
    this.isRemoved = false;
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
      isInPlace: async () => !this.isRemoved,
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

test("CaptureFile writes blocks after rotate() to another file", async () => {
  const disk = new Disk();
  const { file } = await open(disk);

  file.append([Buffer.from("a")]);
  file.rotate();
  file.append([Buffer.from("b")]);
  await file.close();

  assert.deepEqual(disk.texts, ["a", "b"]);
});

test("CaptureFile reports once that the disk is full, and keeps whole blocks only", async () => {
  const disk = new Disk();
  const { file, errors } = await open(disk);
  file.append([Buffer.from("whole")]);
  await tasks(2);
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

test("CaptureFile continues in a new file when another program removes the current one", async () => {
  const disk = new Disk();
  let timesMoved = 0;
  const file = new CaptureFile({
    file: "x",
    keep: 2,
    onError: (error) => assert.fail(error),
    onMoved: () => timesMoved++,
    create: disk.create,
  });
  await file.open();
  const [head, other] = [Buffer.from("<head>"), Buffer.from("<other>")];
  disk.isRemoved = true; // before anything is written: it looks at the first write

  file.append([head, Buffer.from("a")], [head]);
  await until("it is written", () => disk.texts[1] === "<head>a");
  file.append([other, Buffer.from("b")], [other]);
  await until("it is written", () => disk.texts[1] === "<head>a<other>b");
  disk.isRemoved = true;
  await until("it is noticed", () => {
    file.append([Buffer.from(".")]);
    return timesMoved === 2;
  });
  file.append([Buffer.from("c")]);
  await file.close();

  assert.match(disk.texts[2] ?? "", /^<head><other>\.*c$/);
  assert.equal(disk.texts.length, 3);
});

test("CaptureFile ends with one error when it cannot look for its file", async () => {
  const errors: Error[] = [];
  const target: CaptureTarget = {
    write: async () => undefined,
    truncate: async () => undefined,
    isInPlace: async () => {
      throw new Error("stat failed");
    },
    close: async () => undefined,
  };
  const onError = (error: Error): void => void errors.push(error);
  const file = new CaptureFile({ file: "x", keep: 2, onError, create: async () => target });
  await file.open();

  file.append([Buffer.from("a")]);
  await file.close();

  assert.deepEqual(
    errors.map(({ message }) => message),
    ["stat failed"],
  );
});
