// Lines to a file: in order, whole, and lost one by one.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { FileSink } from "../../../../dist/commands/hub/line-sink.js";

/** A disk that takes a few bytes at a time, and has so much room. */
class Disk {
  text = "";
  room = Number.POSITIVE_INFINITY;
  most = Number.POSITIVE_INFINITY;

  readonly write = async (bytes: Uint8Array, at: number): Promise<number> => {
    if (this.room === 0) throw Object.assign(new Error("full"), { code: "ENOSPC" });
    const count = Math.min(bytes.length - at, this.most, this.room);
    this.text += Buffer.from(bytes.subarray(at, at + count)).toString();
    this.room -= count;
    return count;
  };
}

function open() {
  const [disk, ends] = [new Disk(), [] as string[]];
  const sink = new FileSink(disk.write);
  const write = (line: string): void =>
    sink.write(line, (error) => ends.push((error as NodeJS.ErrnoException)?.code ?? "written"));
  return { disk, sink, ends, write };
}

test("FileSink writes lines in order, also to a disk that takes them in parts", async () => {
  const { disk, sink, write } = open();
  disk.most = 2;

  write("first\n");
  write("second\n");
  equal(sink.waitingBytes, 13);
  await sink.finished();

  equal(disk.text, "first\nsecond\n");
  equal(sink.waitingBytes, 0);
});

test("FileSink begins after a line end when the line before was taken in part", async () => {
  const { disk, sink, ends, write } = open();
  disk.room = 8;
  for (const line of ["first\n", "second\n", "third\n"]) write(line);
  await sink.finished();

  disk.room = Number.POSITIVE_INFINITY;
  write("fourth\n");
  write("fifth\n");
  await sink.finished();

  equal(disk.text, "first\nse\nfourth\nfifth\n");
  deepEqual(ends, ["written", "ENOSPC", "ENOSPC", "written", "written"]);
});

test("FileSink adds no line end where nothing was taken", async () => {
  const { disk, sink, write } = open();
  disk.room = 6;
  write("first\n");
  write("second\n");
  await sink.finished();

  disk.room = Number.POSITIVE_INFINITY;
  write("third\n");
  await sink.finished();

  equal(disk.text, "first\nthird\n");
});

test("FileSink goes on when the line end itself does not fit", async () => {
  const { disk, sink, write } = open();
  disk.room = 2;
  write("first\n");
  await sink.finished();
  disk.room = 1;
  write("second\n");
  await sink.finished();

  disk.room = Number.POSITIVE_INFINITY;
  write("third\n");
  await sink.finished();

  equal(disk.text, "fi\nthird\n");
});
