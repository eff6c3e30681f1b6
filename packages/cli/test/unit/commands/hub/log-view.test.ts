// A log that cannot be written: lines are lost and counted, the failure is reported once.

import { deepEqual, equal, match } from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { LogView } from "../../../../dist/commands/hub/log-view.js";

/** A stream whose writes fail, and which can be used again, as standard output can. */
class Broken extends Writable {
  text = "";
  error: Error | undefined;

  override write(chunk: unknown, end?: unknown): boolean {
    if (this.error === undefined) this.text += String(chunk);
    (end as (error?: Error) => void)(this.error);
    return true;
  }
}

const FULL = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });

test("LogView counts the lines that a full disk loses, and says so when there is room", () => {
  const stream = new Broken();
  const failures: string[] = [];
  const log = new LogView(stream, false, { onFailure: ({ message }) => failures.push(message) });
  log.print("x", "before");
  equal(log.status, undefined);

  stream.error = FULL;
  for (const text of ["one", "two", "three"]) log.print("x", text);

  const reason = "no space left on device (ENOSPC)";
  deepEqual(log.status, { lostLines: 3, error: reason });
  deepEqual(failures, [`Cannot write the log: ${reason}`]);
  stream.error = undefined;
  log.print("x", "after");
  match(
    stream.text,
    /before\n[^\n]*3 lines lost: no space left on device \(ENOSPC\)\n[^\n]*after\n$/,
  );
  deepEqual(log.status, { lostLines: 3, error: undefined });
});

test("LogView reports a disk that is full again and again once a minute at most", () => {
  const stream = new Broken();
  const failures: Error[] = [];
  const log = new LogView(stream, true, { onFailure: (error) => failures.push(error) });

  for (let round = 0; round < 5; round++) {
    stream.error = FULL;
    log.print("x", "lost");
    stream.error = undefined;
    log.print("x", "written");
  }

  equal(failures.length, 1);
  equal(log.status?.lostLines, 5);
  equal(stream.text.match(/"event":"lost-lines","time":\d+,"lines":1/g)?.length, 5);
});
