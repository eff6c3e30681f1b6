// The place of a reader in a stream that is made anew, or whose servers lost its end.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { Position, type StreamNow } from "../../../dist/cluster/nats/position.js";

const now = (last: number, first = 1, created = "monday"): StreamNow => ({ created, first, last });

/** A reader that has read up to record 100. */
function reader(): Position {
  const position = new Position();
  position.start(now(99));
  position.take(100);
  return position;
}

test("Position begins behind what is there, and goes on where it was", () => {
  const position = new Position();

  equal(position.start(now(99)), false);
  equal(position.last, 99);
  equal(position.take(100), "next");
  equal(position.start(now(105)), false);

  equal(position.last, 100);
});

test("Position knows the next record, an old one and one behind a jump", () => {
  const position = reader();

  equal(position.take(100), "old");
  equal(position.take(101), "next");
  equal(position.take(103), "jump");
});

test("Position begins from 1 in another stream of the name: all that was not read is gone", () => {
  const position = reader();

  equal(position.start(now(500, 1, "tuesday")), true);
  equal(position.last, 0);
});

test("Position reads again when the servers lost the end of the stream: they will give its numbers again", () => {
  const position = reader();

  equal(position.isElsewhere(now(98)), true);
  equal(position.start(now(98)), false);

  equal(position.last, 0);
  equal(position.take(1), "next");
});

test("Position reads again on demand, not further back than the stream goes and only once", () => {
  const position = reader();

  position.again();
  position.start(now(100, 41));
  equal(position.last, 40);
  equal(position.take(41), "next");
  position.start(now(100, 41));

  equal(position.last, 41);
});

test("Position reads 10,000 records again at most", () => {
  const position = new Position();
  position.start(now(50_000));

  position.again();
  position.start(now(50_000));

  equal(position.last, 40_000);
});

test("Position is elsewhere while the stream has another end", () => {
  equal(reader().isElsewhere(now(100)), false);
  equal(reader().isElsewhere(now(101)), true);
  equal(reader().isElsewhere(now(100, 1, "tuesday")), true);
});
