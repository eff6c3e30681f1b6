// Server-sent events as the page reads them.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type * as Parser from "../../../web/stream/sse-parser.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { SseParser } = await loadWebModule<typeof Parser>("stream/sse-parser.ts");

const TEXT =
  'event: hello\nid: e.0.0\ndata: {"fresh":true}\n\nevent: status\ndata: {"a":": x"}\n\nevent: traffic\nid: e.7.1\ndata: "ü"\n\n';
const EVENTS = [
  { name: "hello", id: "e.0.0", data: '{"fresh":true}' },
  { name: "status", id: undefined, data: '{"a":": x"}' },
  { name: "traffic", id: "e.7.1", data: '"ü"' },
];

test("SseParser reads events in any pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(TEXT.length)), (cuts) => {
      const parser = new SseParser();
      const places = [0, ...cuts.sort((a, b) => a - b), TEXT.length];

      const events = places.flatMap((place, at) => parser.push(TEXT.slice(places[at - 1], place)));

      deepEqual(events, EVENTS);
    }),
  );
});

test("SseParser waits for the end of an event", () => {
  deepEqual(new SseParser().push("event: hello\ndata: {}\n"), []);
});
