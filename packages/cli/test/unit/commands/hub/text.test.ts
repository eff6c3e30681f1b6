// The output of a hub: events, quantities, the table.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { HubEvent, HubSnapshot, MemberSnapshot } from "@anyserial/hub";
import { eventText } from "../../../../dist/commands/hub/event-text.js";
import { LogView } from "../../../../dist/commands/hub/log-view.js";
import { formatBar, formatBytes, formatUptime } from "../../../../dist/commands/hub/quantities.js";
import { Rates } from "../../../../dist/commands/hub/rates.js";
import { drawTable } from "../../../../dist/commands/hub/table.js";
import { controlsIn } from "../../../helpers/hub-process.ts";

const NONE = { bytes: 0, messages: 0 };
const MEMBER: MemberSnapshot = {
  name: "meter",
  kind: "port",
  role: "member",
  path: "/run/m",
  applicationOpen: true,
  pids: [{ pid: 42, name: "app" }],
  overflow: "drop-newest",
  whenAbsent: "discard",
  unreadBytes: 0,
  queuedBytes: 0,
  queuedMessages: 0,
  queueLimitBytes: 1000,
  highWaterBytes: 0,
  in: NONE,
  out: NONE,
  dropped: NONE,
  discarded: NONE,
  faulted: NONE,
  incomplete: NONE,
  stalled: false,
  notReadForMs: 0,
  stalls: 0,
};

function snapshot(uptimeMs: number, ...members: readonly Partial<MemberSnapshot>[]): HubSnapshot {
  const network = { name: "plant", topology: "bus", framing: "raw", paused: false } as const;
  const all = members.map((member) => ({ ...MEMBER, ...member }));
  return { pid: 7, startedAt: 0, uptimeMs, networks: [{ ...network, members: all }] };
}

test("formatBytes() needs at most six characters", () => {
  const cases = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [9949, "9.9 kB"],
    [9950, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [34e9, "34 GB"],
  ] as const;

  for (const [bytes, text] of cases) equal(formatBytes(bytes), text);
});

test("formatUptime() counts days", () => {
  equal(formatUptime(12_345), "0:00:12");
  equal(formatUptime(3_600_000 * 25 + 61_000), "1 d 01:01:01");
});

test("formatBar() shows the least and the most", () => {
  equal(formatBar(0, 4), "....");
  equal(formatBar(0.001, 4), "#...");
  equal(formatBar(0.5, 4), "##..");
  equal(formatBar(7, 4), "####");
});

test("eventText() words each event", () => {
  const where = { time: 0, network: "plant", member: "meter" };
  const lost = { stalledMs: 2300, bytesLost: 1200, messagesLost: 3 };
  const cases: readonly (readonly [HubEvent, string])[] = [
    [{ ...where, type: "member-open" }, "plant/meter: opened"],
    [{ ...where, type: "member-close" }, "plant/meter: closed"],
    [
      { ...where, type: "member-open", peer: "192.0.2.7:51234" },
      "plant/meter: 192.0.2.7:51234 connected",
    ],
    [
      { ...where, type: "member-close", peer: "192.0.2.7:51234", reason: "read ECONNRESET" },
      "plant/meter: 192.0.2.7:51234 disconnected: read ECONNRESET",
    ],
    [
      { ...where, type: "refused", peer: "192.0.2.9:2", present: "192.0.2.7:1", count: 1 },
      "plant/meter: refused 192.0.2.9:2: 192.0.2.7:1 is connected",
    ],
    [
      { ...where, type: "refused", peer: "192.0.2.9:2", present: "192.0.2.7:1", count: 30 },
      "plant/meter: refused 192.0.2.9:2: 192.0.2.7:1 is connected (30 clients within a second)",
    ],
    [{ ...where, type: "warning", message: "no password" }, "plant/meter: warning: no password"],
    [
      { ...where, type: "stall", queuedBytes: 4096, overflow: "drop-oldest" },
      "plant/meter: is not being read: 4.1 kB wait, drop-oldest",
    ],
    [
      { ...where, type: "recover", ...lost },
      "plant/meter: is read again after 2.3 s: 1200 B in 3 messages lost",
    ],
    [
      { ...where, type: "recover", stalledMs: 5, bytesLost: 0, messagesLost: 0 },
      "plant/meter: is read again after 5 ms: nothing lost",
    ],
    [
      { ...where, type: "drop", bytes: 10, messages: 1 },
      "plant/meter: loses data, its queue is full: 10 B in 1 message so far",
    ],
    [
      { ...where, type: "drop-total", bytes: 5_300_123, messages: 1294, durationMs: 3200 },
      "plant/meter: has lost 5300123 B in 1294 messages within 3.2 s",
    ],
    [
      { ...where, type: "disconnect", bytesLost: 10 },
      "plant/meter: disconnected, its queue was full: 10 B lost",
    ],
    [
      { ...where, type: "rate-mismatch", baudRate: 9600, other: "logger", otherBaudRate: 19_200 },
      "plant/meter: 9600 baud, but logger has 19200",
    ],
    [
      { ...where, type: "member-error", error: new Error("Cannot open"), willRetry: true },
      "plant/meter: Cannot open; it is tried again",
    ],
    [
      {
        ...where,
        type: "settings",
        settings: {
          baudRate: 9600,
          dataBits: 8,
          stopBits: 1,
          parity: "even",
          raw: false,
          echo: true,
        },
      },
      "plant/meter: set to 9600 baud 8E1, cooked, echo",
    ],
    [{ type: "error", time: 0, error: new Error("no disk") }, "no disk"],
    [
      {
        type: "reload",
        time: 0,
        added: ["a/b"],
        removed: [],
        replaced: [],
        changed: ["a/d", "a/e"],
        kept: ["a/c"],
      },
      "reloaded: added a/b, changed a/d a/e, 1 member unchanged",
    ],
  ];

  for (const [event, text] of cases) equal(eventText(event), text);
});

test("drawTable() shows who is there, the queue and the losses", () => {
  const lines = drawTable({
    snapshot: snapshot(
      5000,
      { queuedBytes: 500, dropped: { bytes: 1200, messages: 1 }, stalls: 2 },
      { name: "logger", applicationOpen: false, pids: [] },
    ),
    title: "anyserial hub x.yaml",
  });

  deepEqual(lines, [
    "anyserial hub x.yaml   pid 7   up 0:00:05",
    "",
    "plant   bus, raw",
    "  MEMBER   OPEN                   IN/s   OUT/s      IN     OUT  QUEUE              DROPPED STALLS  PATH",
    "  meter    app 42                    -       -     0 B     0 B  #####..... 500 B    1.2 kB      2  /run/m",
    "  logger   -                         -       -     0 B     0 B  .......... 0 B         0 B      0  /run/m",
  ]);
});

test("drawTable() shows stalls, failures and pauses", () => {
  const state = snapshot(
    1,
    { stalled: true, notReadForMs: 2500 },
    { name: "real", error: "Cannot open\x1b[2J" },
  );
  const paused = {
    ...state,
    networks: state.networks.map((network) => ({ ...network, paused: true })),
  };

  const text = drawTable({ snapshot: paused, title: "x" }).join("\n");

  match(text, /meter .*STALLED: not read for 2\.5 s/);
  match(text, /real .*FAILED: Cannot open\\x1b\[2J/);
  match(text, /PAUSED/);
});

test("drawTable() makes hostile names harmless", () => {
  const hostile = "\x1b]0;x\x07\u202e\x9b\n";
  const lines = drawTable({
    snapshot: snapshot(1, { name: hostile, path: hostile, pids: [{ pid: 1, name: hostile }] }),
    title: hostile,
  });

  deepEqual(controlsIn(lines.join("")), []);
});

test("Rates divides the received bytes by the time", () => {
  const rates = new Rates();
  rates.update(snapshot(1000, { in: { bytes: 100, messages: 1 } }));
  equal(rates.isMoving, false);

  rates.update(
    snapshot(1500, { in: { bytes: 600, messages: 2 }, out: { bytes: 50, messages: 1 } }),
  );

  deepEqual(
    { ...rates.of("plant", "meter") },
    { inBytes: 600, outBytes: 50, inPerSecond: 1000, outPerSecond: 100 },
  );
  equal(rates.isMoving, true);
  rates.update(
    snapshot(2000, { in: { bytes: 600, messages: 2 }, out: { bytes: 50, messages: 1 } }),
  );
  equal(rates.isMoving, false);
});

test("LogView loses lines of a reader that is too slow, and says how many", () => {
  const stream = new PassThrough({ highWaterMark: 1 });
  const log = new LogView(stream, false);

  for (let n = 0; n < 3000; n++) log.print("x", "y".repeat(1000));
  const waiting = stream.writableLength + stream.readableLength;
  const texts: string[] = [];
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) texts.push(String(chunk));
  log.print("x", "last");
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) texts.push(String(chunk));

  ok(waiting < 1.1 * 1024 * 1024, String(waiting));
  match(texts.join(""), /\d+ lines lost: the reader was too slow\n.*last\n$/);
});

test("LogView puts date and time in front of a line, with the distance from UTC", () => {
  const stream = new PassThrough();
  new LogView(stream, false).print("x", "text");

  match(String(stream.read()), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d {2}text\n$/);
});

test("LogView prints nothing that controls a terminal", () => {
  const stream = new PassThrough();
  new LogView(stream, false).print("x", "a\x1b[2J\nb");

  match(String(stream.read()), /a\\x1b\[2J\\x0ab\n$/);
});

test("drawTable() shows the address of a peer", () => {
  const lines = drawTable({
    snapshot: snapshot(0, { path: "tcp://0.0.0.0:4001", pids: [], peer: "192.0.2.7:51234" }),
    title: "hub",
  });

  match(lines.at(-1) ?? "", / open .*tcp:\/\/0\.0\.0\.0:4001 {3}peer 192\.0\.2\.7:51234$/);
});

test("drawTable() shows clients, the followed member, refused settings, and the lines that are on", () => {
  const lines = {
    dtr: true,
    rts: false,
    cts: true,
    dsr: false,
    dcd: false,
    ri: false,
    break: false,
  };
  const client = { peer: "127.0.0.1:1", queuedBytes: 0, droppedBytes: 0 };
  const table = drawTable({
    title: "t",
    snapshot: snapshot(
      0,
      { kind: "remote", peer: "127.0.0.1:1", clients: [client, client], lines },
      { name: "real", kind: "serial", follows: { member: "meter", refused: "no such\x1b rate" } },
    ),
  }).join("\n");

  match(table, /peer 127\.0\.0\.1:1 \+1 {3}DTR CTS$/m);
  match(table, /follows meter {3}REFUSED: no such.* rate$/m);
  equal(table.includes("\x1b"), false);
});

test("eventText() names the member whose settings were refused", () => {
  const error = Object.assign(new Error("no such rate"), { hint: "give another" });
  const event = { type: "settings-refused", of: "app", error, time: 0 } as const;

  equal(
    eventText({ ...event, network: "net", member: "real" }),
    "net/real: refused the settings of app: no such rate: hint: give another",
  );
});
