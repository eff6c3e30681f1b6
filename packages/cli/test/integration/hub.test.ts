// `anyserial hub` as a process: signals, reload, and the commands that talk to it.

import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { type TestContext, test } from "node:test";
import { openSerialPort, type SerialPort } from "anyserial";
import { HubHome, TWO_PORTS } from "../helpers/hub-process.ts";

async function openApplication(t: TestContext, path: string): Promise<SerialPort> {
  const port = await openSerialPort(path);
  t.after(() => port.close());
  return port;
}

const LINE = Buffer.from("MEAS 12.500\n");

test("hub passes bytes from one application to the other", async (t) => {
  const home = new HubHome(t);
  const hub = await home.start();
  const meter = await openApplication(t, home.path("meter"));
  const logger = await openApplication(t, home.path("logger"));
  await hub.stdout.until(/plant\/logger: opened/);

  await meter.send(LINE);
  const received = await logger.reader.receiveUntil("\n");

  deepEqual(Buffer.from(received), LINE);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`hub stops with 0 at ${signal} while an application does not read`, async (t) => {
    const home = new HubHome(t);
    const hub = await home.start();
    await openApplication(t, home.path("logger"));
    const meter = await openApplication(t, home.path("meter"));
    await hub.stdout.until(/plant\/meter: opened/);
    for (let n = 0; n < 10_000; n++) await meter.send(LINE);
    await hub.stdout.until(/plant\/logger: is not being read/);

    hub.process.kill(signal);
    const end = await hub.ended();

    deepEqual(end, { code: 0, signal: null });
    equal(hub.stderr.text, "");
    deepEqual(readdirSync(home.folder).sort(), ["anyserial", "plant.yaml"]);
    deepEqual(readdirSync(home.path("anyserial")), []);
  });
}

test("hub stops with 0 at SIGTERM while senders wait for a reader", async (t) => {
  const members = "      a: { port: ./a }\n      b: { port: ./b }\n";
  const network = "    topology: pair\n    stallAfterMs: 1h\n    members:\n";
  const home = new HubHome(t, `networks:\n  cable:\n${network}${members}`);
  const hub = await home.start();
  await openApplication(t, home.path("b"));
  const a = await openApplication(t, home.path("a"));
  await hub.stdout.until(/cable\/a: opened/);
  const sending = a.send(Buffer.alloc(1_000_000)).catch((error: Error) => error.name);
  for (let isWaiting = false; !isWaiting; ) {
    const { text } = await home.call(["status", home.file, "--json"]);
    isWaiting = text.includes('"paused":true');
  }

  hub.process.kill("SIGTERM");
  const end = await hub.ended();

  deepEqual(end, { code: 0, signal: null });
  equal(await sending, "SerialDisconnectedError");
  deepEqual(readdirSync(home.folder).sort(), ["anyserial", "plant.yaml"]);
});

test("hub ends at once at a second SIGINT, and starts again despite leftover files", async (t) => {
  const home = new HubHome(t);
  // Its end is a second signal while the first one waits for the program, which has to be killed.
  writeFileSync(
    home.path("impatient.mjs"),
    `import { defineDevice } from ${JSON.stringify(import.meta.resolve("@anyserial/hub"))};
     export const device = defineDevice({
       onStart: ({ signal }) =>
         signal.addEventListener("abort", () => process.kill(process.pid, "SIGINT")),
     });`,
  );
  home.write(
    `${TWO_PORTS}      impatient: { device: ./impatient.mjs }\n      slow: { process: [cat] }\n`,
  );
  const hub = await home.start();

  hub.process.kill("SIGINT");
  const end = await hub.ended();

  deepEqual(end, { code: 130, signal: null });
  equal(existsSync(home.path("meter")), false);
  home.write(TWO_PORTS);
  const next = await home.start();
  notEqual(readlinkSync(home.path("meter")), "");
  next.process.kill("SIGINT");
  deepEqual(await next.ended(), { code: 0, signal: null });
});

test("hub reports a stall once, and the loss when the reader recovers", async (t) => {
  const home = new HubHome(t);
  const hub = await home.start();
  const logger = await openApplication(t, home.path("logger"));
  const meter = await openApplication(t, home.path("meter"));
  await hub.stdout.until(/plant\/meter: opened/);

  for (let n = 0; n < 10_000; n++) await meter.send(LINE);
  await hub.stdout.until(/plant\/logger: is not being read: .* wait, drop-newest/);
  const stop = new AbortController();
  const reading = (async () => {
    for (;;) await logger.receive({ signal: stop.signal });
  })().catch(() => undefined);
  await hub.stdout.until(/plant\/logger: is read again after .*: .* in \d+ messages lost/);
  stop.abort();
  await reading;

  equal(hub.stdout.text.match(/is not being read/g)?.length, 1);
});

test("hub keeps the applications of unchanged members at SIGHUP", async (t) => {
  const home = new HubHome(t);
  const hub = await home.start();
  const logger = await openApplication(t, home.path("logger"));
  const device = readlinkSync(home.path("logger"));

  home.write(`${TWO_PORTS}      third: { port: ./third }\n`);
  hub.process.kill("SIGHUP");
  await hub.stdout.until(/reloaded: added plant\/third, 2 members unchanged/);
  const third = await openApplication(t, home.path("third"));
  await hub.stdout.until(/plant\/third: opened/);
  await third.send(LINE);

  deepEqual(Buffer.from(await logger.reader.receiveUntil("\n")), LINE);
  equal(readlinkSync(home.path("logger")), device);
});

test("hub changes nothing at SIGHUP with a wrong file, and says why", async (t) => {
  const home = new HubHome(t);
  const hub = await home.start();
  const device = readlinkSync(home.path("meter"));

  home.write(TWO_PORTS.replace("queue: 4KiB", "queue: 4Kib"));
  hub.process.kill("SIGHUP");
  await hub.stdout.until(/nothing changed: Cannot use/);
  await hub.stdout.until(/plant.yaml:6:38: networks.plant.members.meter.queue: "4Kib"/);

  equal(readlinkSync(home.path("meter")), device);
  home.write(TWO_PORTS);
  hub.process.kill("SIGHUP");
  await hub.stdout.until(/reloaded: 2 members unchanged/);
});

test("hub status, reload and stop talk to the hub of a file", async (t) => {
  const home = new HubHome(t);
  const hub = await home.start();

  const status = await home.call(["status", home.file, "--json"]);
  const table = await home.call(["status"]);
  const reload = await home.call(["reload", home.file]);
  const stop = await home.call(["stop", home.file]);

  const { pid, networks } = JSON.parse(status.text) as {
    pid: number;
    networks: { name: string }[];
  };
  equal(pid, hub.process.pid);
  deepEqual(
    networks.map(({ name }) => name),
    ["plant"],
  );
  match(table.text, /meter .*\n.*logger /);
  equal(reload.text, "reloaded: 2 members unchanged\n");
  equal(stop.text, `hub ${hub.process.pid} has stopped\n`);
  deepEqual(await hub.ended(), { code: 0, signal: null });
  equal(existsSync(home.path("meter")), false);
  const again = await home.call(["status", home.file]);
  equal(again.code, 1);
  match(again.told, /not running/);
});

test("hub refuses to run twice", async (t) => {
  const home = new HubHome(t);
  const hub = await home.start();

  const second = await home.call([home.file]);

  equal(second.code, 5);
  match(second.told, new RegExp(`hub ${hub.process.pid} is running`));
  equal(existsSync(home.path("meter")), true);
});

test("hub starts again after it was killed, and removes what was left", async (t) => {
  const home = new HubHome(t);
  const first = await home.start();
  first.process.kill("SIGKILL");
  await first.ended();
  const left = readlinkSync(home.path("meter"));

  const second = await home.start();

  equal(typeof left, "string");
  second.process.kill("SIGTERM");
  deepEqual(await second.ended(), { code: 0, signal: null });
  deepEqual(readdirSync(home.folder).sort(), ["anyserial", "plant.yaml"]);
});

test("hub names line and field of a wrong file", async (t) => {
  const home = new HubHome(t, "networks:\n  plant:\n    topology: ring\n    members: {}\n");

  const started = await home.call([home.file]);
  const checked = await home.call(["check", home.file]);

  equal(started.code, 2);
  match(started.told, /plant.yaml:3:15: networks.plant.topology: "ring" .* \(and 1 more\)/);
  equal(checked.code, 1);
  equal(checked.text.split("\n").length, 3);
  match(checked.text, /plant.yaml:4:\d+: networks.plant.members: has no member/);
});

test("hub init writes a file that works, once", async (t) => {
  const home = new HubHome(t);

  const written = await home.call(["init", "new.yaml"]);
  const again = await home.call(["init", "new.yaml"]);
  const checked = await home.call(["check", "new.yaml"]);

  equal(written.code, 0);
  notEqual(again.code, 0);
  match(again.told, /exists/);
  equal(checked.text, "new.yaml: good: plant with 3 members\n");
});

test("hub init --adapter writes a pair of adapters", async (t) => {
  const home = new HubHome(t);

  await home.call(["init", "--adapter", "new.yaml"]);
  const checked = await home.call(["check", "new.yaml"]);

  equal(checked.text, "new.yaml: good: bench with 2 members\n");
});

test("hub prints events as JSON", async (t) => {
  const home = new HubHome(t);
  const hub = await home.start(["--json"]);
  await openApplication(t, home.path("meter"));
  await hub.stdout.until(/"event":"member-open".*\n/);
  hub.process.kill("SIGTERM");
  await hub.ended();

  const events = hub.stdout.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string });

  deepEqual(events[0]?.event, "network");
  deepEqual(events.at(-1)?.event, "stopping");
});

test("hub ends well when the reader of its lines goes away", async (t) => {
  const home = new HubHome(t);
  const hub = await home.start();

  hub.process.stdout?.destroy();
  // An event, so something to print. The hub may be gone before an application has made its settings.
  const application = openSync(
    home.path("meter"),
    constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK,
  );
  t.after(() => closeSync(application));

  equal((await hub.ended()).code, 0);
  deepEqual(readdirSync(home.folder).sort(), ["anyserial", "plant.yaml"]);
});

test("hub removes everything of 200 members at SIGTERM, even if it is not given the time to close", async (t) => {
  const members = Array.from({ length: 200 }, (_, n) => `      m${n}: { port: ./m${n} }\n`);
  const home = new HubHome(t, `networks:\n  plant:\n    members:\n${members.join("")}`);
  const hub = await home.start();
  equal(readdirSync(home.folder).filter((name) => /^m\d+$/.test(name)).length, 200);

  hub.process.kill("SIGTERM");

  deepEqual(await hub.ended(), { code: 0, signal: null });
  deepEqual(readdirSync(home.folder).sort(), ["anyserial", "plant.yaml"]);
  deepEqual(readdirSync(home.path("anyserial")), []);
});

test("hub says what to type when there is no such file", async (t) => {
  const home = new HubHome(t);

  const misspelt = await home.call(["statsu"]);
  const empty = await home.call([]);

  equal(misspelt.code, 2);
  match(misspelt.told, /there is no file "statsu": hint: did you mean "hub status"\?/);
  match(empty.told, /there is no file "hub.yaml": hint: write one: anyserial hub init\n/);
});
