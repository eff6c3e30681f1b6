// Behaviour of Serial and SerialPort that the web platform's own tests check in browsers, over the fake
// serial service.

import { deepEqual, equal, notEqual, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { createFakeSerialService } from "anyserial/testing";
import { createSerial, Serial, SerialPort } from "anyserial/web-serial";
import { fakeSerial, openFake } from "../../helpers/fake-serial.ts";

test("SerialPort.open() takes every value of its options, and refuses all others", async (context) => {
  const { port } = await fakeSerial(context);
  const values: Record<string, { taken: unknown[]; refused: unknown[] }> = {
    dataBits: { taken: [undefined, 7, 8], refused: [-1, 0, 6, 9] },
    parity: { taken: [undefined, "none", "even", "odd"], refused: [0, null, "cats"] },
    stopBits: { taken: [undefined, 1, 2], refused: [-1, 0, 3, 4] },
    flowControl: { taken: [undefined, "none", "hardware"], refused: [0, null, "cats"] },
    bufferSize: { taken: [undefined, 1, 16 * 1024 * 1024], refused: [-1, 0, 1024 ** 3] },
    baudRate: { taken: [1, 9600, 115_200], refused: [undefined, -1, 0] },
  };

  for (const [name, { taken, refused }] of Object.entries(values)) {
    for (const value of refused) {
      const options = { baudRate: 9600, [name]: value } as never;
      await rejects(port.open(options), TypeError, `${name}: ${value}`);
    }
    for (const value of taken) {
      await port.open({ baudRate: 9600, [name]: value } as never);
      await port.close();
    }
  }
});

test("SerialPort.setSignals() sets the lines of the device, each by itself", async (context) => {
  const { port, fake } = await openFake(context);
  const lines = async (): Promise<string> => {
    const { dsr, cts } = await fake.device.modemLines();
    return `DTR ${dsr} RTS ${cts}`;
  };
  equal(await lines(), "DTR true RTS true");

  await rejects(port.setSignals(), TypeError);
  await rejects(port.setSignals({}), TypeError);
  equal(await lines(), "DTR true RTS true");
  await port.setSignals({ dataTerminalReady: false });
  equal(await lines(), "DTR false RTS true");
  await port.setSignals({ requestToSend: false });
  equal(await lines(), "DTR false RTS false");
  await port.setSignals({ dataTerminalReady: true, requestToSend: true, break: false });

  equal(await lines(), "DTR true RTS true");
});

test("SerialPort.setSignals() rejects when the system fails, and works the next time", async (context) => {
  const { port, fake } = await openFake(context);
  fake.fail("setSignals");
  await rejects(port.setSignals({ break: true }), { name: "NetworkError" });

  await port.setSignals({ break: true });

  deepEqual(await fake.device.receive(), Uint8Array.of(0), "the break");
  await port.close();
});

test("SerialPort.getSignals() shows the lines of the device, and fails when the system does", async (context) => {
  const { port, fake } = await openFake(context);
  await fake.device.setControlLines({ rts: false, dtr: false });
  const expected = {
    dataCarrierDetect: false,
    clearToSend: false,
    ringIndicator: false,
    dataSetReady: false,
  };
  deepEqual(await port.getSignals(), expected);

  await fake.device.setControlLines({ rts: true });
  deepEqual(await port.getSignals(), { ...expected, clearToSend: true });
  fake.setRing(true);
  deepEqual(await port.getSignals(), { ...expected, clearToSend: true, ringIndicator: true });
  fake.fail("getSignals");
  await rejects(port.getSignals(), { name: "NetworkError" });
  await fake.device.setControlLines({ dtr: true });

  deepEqual(await port.getSignals(), {
    dataCarrierDetect: true,
    clearToSend: true,
    ringIndicator: true,
    dataSetReady: true,
  });
});

test("SerialPort.getInfo() has the ids that the device has", async () => {
  for (const ids of [{}, { vid: 1 }, { pid: 2 }, { vid: 1, pid: 2 }]) {
    await using service = createFakeSerialService();
    const serial = createSerial({ service, grant: () => true });
    const listening = new AbortController();
    const plugged = new Promise<Event>((resolve) => {
      serial.addEventListener("connect", resolve, { signal: listening.signal });
    });
    await service.addPort(ids);

    const { target } = await plugged;

    listening.abort();
    ok(target instanceof SerialPort);
    const expected = Object.entries(ids).map(([key, id]) => [
      key === "vid" ? "usbVendorId" : "usbProductId",
      id,
    ]);
    deepEqual(target.getInfo(), Object.fromEntries(expected));
  }
});

test("Serial fires connect for each granted device, and each is among getPorts() until its disconnect", async () => {
  await using service = createFakeSerialService();
  const serial = createSerial({ service, grant: () => true });
  const seen: [string, EventTarget | null, boolean][] = [];
  const note = (event: Event): void => {
    ok(event.target instanceof SerialPort);
    seen.push([event.type, event.target, event.target.connected]);
  };
  const listening = new AbortController();
  serial.addEventListener("connect", note, { signal: listening.signal });
  deepEqual(await serial.getPorts(), []);
  const fakes = [await service.addPort(), await service.addPort()];
  const ports = await serial.getPorts();
  deepEqual(await serial.getPorts(), ports);
  notEqual(ports[0], ports[1]);
  for (const port of ports) port.addEventListener("disconnect", note);

  fakes[1]?.unplug();
  deepEqual(await serial.getPorts(), [ports[0]]);
  fakes[0]?.unplug();
  deepEqual(await serial.getPorts(), []);

  listening.abort();
  deepEqual(seen, [
    ["connect", ports[0], true],
    ["connect", ports[1], true],
    ["disconnect", ports[1], false],
    ["disconnect", ports[0], false],
  ]);
});

test("SerialPort.close() is refused while another one is under way", async (context) => {
  const { port } = await openFake(context);
  const closing = port.close();

  await rejects(port.close(), { name: "InvalidStateError" });

  await closing;
  await rejects(port.close(), { name: "InvalidStateError" });
});

test("an event whose cancelBubble is set reaches nothing further", async (context) => {
  for (const [phase, expected] of [
    ["capturing", ["Serial"]],
    ["bubbling", ["SerialPort"]],
  ] as const) {
    const { serial, port } = await fakeSerial(context);
    const seen: (string | undefined)[] = [];
    for (const target of [serial, port]) {
      const capture = phase === "capturing";
      target.addEventListener(
        "foo",
        (event) => {
          seen.push(event.currentTarget?.constructor.name);
          equal(event.cancelBubble, false);
          event.cancelBubble = false;
          event.cancelBubble = true;
          equal(event.cancelBubble, true);
        },
        { capture },
      );
    }
    const event = new CustomEvent("foo", { bubbles: true });

    port.dispatchEvent(event);

    deepEqual(seen, expected);
    equal(event.cancelBubble, false);
  }
});

test("an event that was stopped before its dispatch reaches nothing", async (context) => {
  const { serial, port } = await fakeSerial(context);
  let count = 0;
  for (const target of [serial, port]) target.addEventListener("foo", () => count++);
  const event = new Event("foo", { bubbles: true });
  event.stopPropagation();

  port.dispatchEvent(event);
  equal(count, 0);
  port.dispatchEvent(event);

  equal(count, 2, "a dispatch takes the mark away");
});

test("an event that a listener dispatches is done before the other goes on", async (context) => {
  const { serial, port } = await fakeSerial(context);
  const seen: string[] = [];
  for (const target of [serial, port]) {
    const note = ({ type }: Event): void => {
      seen.push(`${target.constructor.name} ${type}`);
      if (target === serial && type === "foo") {
        port.dispatchEvent(new CustomEvent("bar", { bubbles: true }));
      }
    };
    target.addEventListener("foo", note, { capture: true });
    target.addEventListener("bar", note);
  }

  port.dispatchEvent(new CustomEvent("foo", { bubbles: true }));

  deepEqual(seen, ["Serial foo", "SerialPort bar", "Serial bar", "SerialPort foo"]);
});

test("Serial and SerialPort have the marks of an interface", async (context) => {
  const { serial, port } = await fakeSerial(context);

  equal(String(serial), "[object Serial]");
  equal(String(port), "[object SerialPort]");
  const listed = new Set<string>();
  for (const name in port) listed.add(name);
  for (const name of ["open", "readable", "connected", "onconnect", "addEventListener"]) {
    ok(listed.has(name), name);
  }
  const { open, getInfo, setSignals } = SerialPort.prototype;
  deepEqual([open.length, setSignals.length, Serial.prototype.requestPort.length], [1, 0, 0]);
  await rejects(open.call({} as never, { baudRate: 9600 }), TypeError);
  throws(() => getInfo.call({} as never), TypeError);
});
