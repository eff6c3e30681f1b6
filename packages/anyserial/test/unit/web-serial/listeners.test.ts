import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { createFakeSerialService, type FakeSerialPort } from "anyserial/testing";
import { createSerial, type Serial, type SerialPort } from "anyserial/web-serial";
import { runScript } from "../../helpers/run-script.ts";

interface SetUp {
  readonly serial: Serial;
  readonly port: SerialPort;
  readonly fake: FakeSerialPort;
}

async function setUp(): Promise<SetUp> {
  const service = createFakeSerialService();
  const fake = await service.addPort({ vid: 1, pid: 2, serialNumber: "A" });
  const serial = createSerial({ service, choose: {} });
  return { serial, port: await serial.requestPort(), fake };
}

test("an event is captured by the Serial, reaches the port, and bubbles", async () => {
  const { serial, port, fake } = await setUp();
  const seen: string[] = [];
  const note = (name: string) => (event: Event) => {
    const targets = [
      event.target === port,
      event.currentTarget === (name.startsWith("p") ? port : serial),
    ];
    seen.push(`${name} ${event.eventPhase} ${targets.join(" ")} ${event.composedPath().length}`);
  };
  serial.addEventListener("disconnect", note("serial"));
  serial.addEventListener("disconnect", note("serial, capturing"), true);
  port.addEventListener("disconnect", note("port"));
  port.addEventListener("disconnect", note("port, capturing"), { capture: true });

  fake.unplug();

  deepEqual(seen, [
    "serial, capturing 1 true true 2",
    "port, capturing 2 true true 2",
    "port 2 true true 2",
    "serial 3 true true 2",
  ]);
});

test("an event has its target afterwards, and no current one", async () => {
  const { serial, port, fake } = await setUp();
  let seen: Event | undefined;
  serial.addEventListener("disconnect", (event) => {
    seen = event;
  });

  fake.unplug();

  ok(seen instanceof Event);
  equal(seen.target, port);
  equal(seen.currentTarget, null);
  equal(seen.eventPhase, 0);
  equal(seen.bubbles, true);
  equal(seen.cancelable, false);
});

test("stopPropagation() keeps an event from the Serial, and from no listener of the port", async () => {
  const { serial, port, fake } = await setUp();
  const seen: string[] = [];
  port.addEventListener("disconnect", (event) => event.stopPropagation());
  port.addEventListener("disconnect", () => seen.push("port"));
  serial.addEventListener("disconnect", () => seen.push("serial"));

  fake.unplug();

  deepEqual(seen, ["port"]);
});

test("stopImmediatePropagation() keeps an event from every other listener", async () => {
  const { serial, port, fake } = await setUp();
  const seen: string[] = [];
  port.addEventListener("disconnect", (event) => event.stopImmediatePropagation());
  port.addEventListener("disconnect", () => seen.push("port"));
  serial.addEventListener("disconnect", () => seen.push("serial"));

  fake.unplug();

  deepEqual(seen, []);
});

test("a listener is added once, and may be called once, removed, or taken back by a signal", async () => {
  const { port } = await setUp();
  const seen: string[] = [];
  const twice = (): void => void seen.push("twice");
  const removed = (): void => void seen.push("removed");
  const controller = new AbortController();
  port.addEventListener("x", twice);
  port.addEventListener("x", twice);
  port.addEventListener("x", () => seen.push("once"), { once: true });
  port.addEventListener("x", removed);
  port.removeEventListener("x", removed);
  port.addEventListener("x", () => seen.push("signal"), { signal: controller.signal });
  port.addEventListener("x", () => seen.push("aborted"), { signal: AbortSignal.abort() });
  port.addEventListener("x", { handleEvent: () => seen.push("object") });
  port.addEventListener("x", null);

  port.dispatchEvent(new Event("x"));
  controller.abort();
  port.dispatchEvent(new Event("x"));

  deepEqual(seen, ["twice", "once", "signal", "object", "twice", "object"]);
});

test("a listener that is no function and no object is refused", async () => {
  const { port } = await setUp();

  throws(() => port.addEventListener("x", "listener" as never), TypeError);
  throws(() => port.dispatchEvent({ type: "x" } as never), TypeError);
});

test("an on… handler keeps its place when it is replaced, and loses it when it is removed", async () => {
  const { serial } = await setUp();
  const seen: string[] = [];
  equal(serial.onconnect, null);
  serial.ondisconnect = () => seen.push("first");
  serial.addEventListener("disconnect", () => seen.push("listener"));
  const second = function (this: Serial): void {
    seen.push(this === serial ? "second" : "lost");
  };
  serial.ondisconnect = second;
  equal(serial.ondisconnect, second);
  serial.dispatchEvent(new Event("disconnect"));
  serial.ondisconnect = null;
  serial.ondisconnect = () => seen.push("third");

  serial.dispatchEvent(new Event("disconnect"));

  deepEqual(seen, ["second", "listener", "listener", "third"]);
  serial.ondisconnect = 5 as never;
  equal(serial.ondisconnect, null);
});

test("an event of a program bubbles from a port too, if it wants to", async () => {
  const { serial, port } = await setUp();
  let count = 0;
  serial.addEventListener("mine", () => count++);

  port.dispatchEvent(new Event("mine"));
  equal(count, 0);
  port.dispatchEvent(new Event("mine", { bubbles: true }));
  equal(count, 1);

  const prevented = new Event("mine", { bubbles: true, cancelable: true });
  serial.addEventListener("mine", (event) => event.preventDefault());
  equal(port.dispatchEvent(prevented), false);
});

test("an event that is being dispatched cannot be dispatched again", async () => {
  const { port } = await setUp();
  let caught: unknown;
  port.addEventListener("x", (event) => {
    try {
      port.dispatchEvent(event);
    } catch (error) {
      caught = error;
    }
  });

  port.dispatchEvent(new Event("x"));

  await rejects(Promise.reject(caught), { name: "InvalidStateError" });
});

test("a listener that throws is an uncaught exception, and the others are called", async () => {
  const { stdout } = await runScript(`
    import { createSerial } from "anyserial/web-serial";
    const serial = createSerial();
    process.on("uncaughtException", (error) => console.log("uncaught", error.message));
    serial.addEventListener("x", () => { throw new Error("of the listener"); });
    serial.addEventListener("x", () => console.log("called"));
    serial.dispatchEvent(new Event("x"));
  `);

  equal(stdout, "called\nuncaught of the listener\n");
});
