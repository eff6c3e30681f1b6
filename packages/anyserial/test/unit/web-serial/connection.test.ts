import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { createFakeSerialService } from "anyserial/testing";
import { createSerial, type Serial, type SerialPort } from "anyserial/web-serial";
import { there } from "../../helpers/recording-serial.ts";
import { runScript } from "../../helpers/run-script.ts";

/** Notes the events at a Serial, until the signal: a listener for connect keeps the process alive. */
function note(serial: Serial, signal: AbortSignal): [string, EventTarget | null][] {
  const events: [string, EventTarget | null][] = [];
  for (const type of ["connect", "disconnect"]) {
    serial.addEventListener(type, (event) => events.push([event.type, event.target]), { signal });
  }
  return events;
}

/** Runs a test with a Serial that is listened to. */
async function withEvents(
  work: (made: {
    service: ReturnType<typeof createFakeSerialService>;
    serial: Serial;
    events: [string, EventTarget | null][];
  }) => Promise<void>,
): Promise<void> {
  await using service = createFakeSerialService();
  const serial = createSerial({ service, choose: (ports) => ports.at(-1) });
  const listening = new AbortController();
  try {
    await work({ service, serial, events: note(serial, listening.signal) });
  } finally {
    listening.abort();
  }
}

test("a granted port that is unplugged and plugged in is the same object, at another path too", async () => {
  await withEvents(async ({ service, serial, events }) => {
    const fake = await service.addPort({ vid: 1, pid: 2, serialNumber: "A" });
    const port = await serial.requestPort();
    equal(port.connected, true);

    fake.unplug();
    equal(port.connected, false);
    deepEqual(await serial.getPorts(), []);
    fake.plugIn("/dev/ttyFAKE9");

    equal(port.connected, true);
    deepEqual(events, [
      ["disconnect", port],
      ["connect", port],
    ]);
    deepEqual(await serial.getPorts(), [port]);
    await port.open({ baudRate: 9600 });
    await port.close();
  });
});

test("a port that is not granted has no events", async () => {
  await withEvents(async ({ service, serial, events }) => {
    await service.addPort({ vid: 1, pid: 1 });
    await serial.requestPort();
    const other = await service.addPort({ vid: 1, pid: 2 });

    other.unplug();
    other.plugIn();

    deepEqual(events, []);
  });
});

test("a port that was forgotten has no events", async () => {
  await withEvents(async ({ service, serial, events }) => {
    const fake = await service.addPort({ vid: 1, pid: 1 });
    await (await serial.requestPort()).forget();

    fake.unplug();

    deepEqual(events, []);
  });
});

test("two devices that say that they are one are two ports", async () => {
  await withEvents(async ({ service, serial, events }) => {
    const [a] = [await service.addPort({ vid: 1, pid: 2, serialNumber: "0001" })];
    const first = await serial.requestPort();
    const b = await service.addPort({ vid: 1, pid: 2, serialNumber: "0001" });
    const second = await serial.requestPort();
    ok(first !== second);

    b.unplug();
    deepEqual(events, [["disconnect", second]]);
    a.unplug();

    deepEqual(events.at(-1), ["disconnect", first]);
  });
});

test("a device without a serial number is another port at another path", async () => {
  await withEvents(async ({ service, serial, events }) => {
    const fake = await service.addPort({ path: "/dev/ttyUSB0", vid: 1, pid: 2 });
    const port = await serial.requestPort();
    fake.unplug();

    fake.plugIn("/dev/ttyUSB1");

    deepEqual(events, [["disconnect", port]]);
    deepEqual(await serial.getPorts(), []);
  });
});

test("a port that is granted by an option has an event as soon as it comes", async () => {
  await using service = createFakeSerialService();
  const serial = createSerial({ service, grant: { vid: 1 } });
  const listening = new AbortController();
  const events = note(serial, listening.signal);
  await serial.getPorts();

  await service.addPort({ vid: 2 });
  await service.addPort({ vid: 1 });

  listening.abort();
  const [port] = await serial.getPorts();
  deepEqual(events, [["connect", port as SerialPort]]);
});

test("an open port whose device goes fails its streams, and can be opened when it is back", async () => {
  await withEvents(async ({ service, serial }) => {
    const fake = await service.addPort({ vid: 1, serialNumber: "A" });
    const port = await serial.requestPort();
    await port.open({ baudRate: 9600 });
    const read = port.readable?.getReader().read();
    const failed = read?.catch((error: DOMException) => error.name);

    fake.unplug();
    equal(await failed, "NetworkError");
    equal(port.readable as unknown, null);
    await port.close();
    fake.plugIn();
    await port.open({ baudRate: 9600 });

    await fake.device.send(Uint8Array.of(7));
    const reader = there(port.readable).getReader();
    deepEqual((await reader.read()).value, Uint8Array.of(7));
    reader.releaseLock();
    await port.close(); // one that reads keeps the process alive
  });
});

test("getPorts() notices a port that went without a report", async () => {
  await using service = createFakeSerialService();
  const fake = await service.addPort({ vid: 1, serialNumber: "A" });
  const silent = { ...service, watch: () => () => undefined };
  const serial = createSerial({ service: silent, choose: {} });
  const port = await serial.requestPort();
  fake.unplug();

  deepEqual(await serial.getPorts(), []);

  equal(port.connected, false);
});

test("a lost port lets the list be read again where nothing was reported", async () => {
  await using service = createFakeSerialService();
  const fake = await service.addPort({ vid: 1, serialNumber: "A" });
  const silent = { ...service, watch: () => () => undefined };
  const serial = createSerial({ service: silent, choose: {} });
  const port = await serial.requestPort();
  await port.open({ baudRate: 9600 });

  fake.unplug();

  await until("the port is not connected", () => !port.connected);
});

const COLLECTED = `
  import { createFakeSerialService } from "anyserial/testing";
  import { createSerial } from "anyserial/web-serial";
  const service = createFakeSerialService();
  const fake = await service.addPort({ vid: 1, pid: 2, serialNumber: "A" });
  const serial = createSerial({ service, choose: {} });
  const collected = new Set();
  const registry = new FinalizationRegistry((name) => collected.add(name));
  const collect = async (name) => {
    for (let turn = 0; turn < 2000 && !collected.has(name); turn++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    console.log(name, collected.has(name) ? "collected" : "kept");
  };
`;

test("events arrive after the object of a port was collected, with a new one", async () => {
  const { stdout, code } = await runScript(
    `${COLLECTED}
    await (async () => registry.register(await serial.requestPort(), "port"))();
    serial.ondisconnect = ({ target }) => console.log("disconnect", target.getInfo().usbProductId);
    serial.onconnect = ({ target }) => console.log("connect", target.connected);
    await collect("port");
    fake.unplug();
    fake.plugIn();
    console.log((await serial.getPorts()).length);
    serial.onconnect = null;
    `,
    { flags: ["--expose-gc"] },
  );

  equal(stdout, "port collected\ndisconnect 2\nconnect true\n1\n");
  equal(code, 0, "without a listener for connect the process ends by itself");
});

test("a port is kept while it is open, or has listeners", async () => {
  const { stdout } = await runScript(
    `${COLLECTED}
    const seen = [];
    await (async () => {
      const port = await serial.requestPort();
      registry.register(port, "listened");
      port.ondisconnect = () => seen.push("disconnect");
    })();
    for (let turn = 0; turn < 50; turn++) { gc(); await new Promise(setImmediate); }
    console.log(collected.has("listened"));
    fake.unplug();
    console.log(seen.join());
    `,
    { flags: ["--expose-gc"] },
  );

  equal(stdout, "false\ndisconnect\n");
});

test("a port whose references are dropped while it is open is still the open one", async () => {
  const { stdout } = await runScript(
    `${COLLECTED}
    await (async () => {
      const port = await serial.requestPort();
      registry.register(port, "open");
      await port.open({ baudRate: 9600 });
    })();
    for (let turn = 0; turn < 50; turn++) { gc(); await new Promise(setImmediate); }
    const [port] = await serial.getPorts();
    console.log(collected.has("open"), port.writable !== null);
    await service.close();
    `,
    { flags: ["--expose-gc"] },
  );

  equal(stdout, "false true\n");
});

test("a port whose references are dropped while it is open goes on, and its streams with it", async () => {
  const { stdout } = await runScript(
    `${COLLECTED}
    let arrived;
    const chunk = new Promise((resolve) => (arrived = resolve));
    await (async () => {
      const port = await serial.requestPort();
      registry.register(port, "open");
      await port.open({ baudRate: 9600 });
      void port.readable.pipeTo(new WritableStream({ write: arrived })).catch(() => undefined);
    })();
    for (let turn = 0; turn < 50; turn++) { gc(); await new Promise(setImmediate); }
    await fake.device.send(Uint8Array.of(7));
    console.log(collected.has("open"), (await chunk)[0]);
    await service.close();
    `,
    { flags: ["--expose-gc"] },
  );

  equal(stdout, "false 7\n");
});

test("a stream and its port are collected after a close", async () => {
  const { stdout } = await runScript(
    `${COLLECTED}
    await (async () => {
      const port = await serial.requestPort();
      registry.register(port, "port");
      await port.open({ baudRate: 9600 });
      registry.register(port.readable, "readable");
      registry.register(port.writable, "writable");
      const reader = port.readable.getReader();
      await fake.device.send(Uint8Array.of(1));
      await reader.read();
      reader.releaseLock();
      const writer = port.writable.getWriter();
      await writer.write(Uint8Array.of(2));
      writer.releaseLock();
      await port.close();
    })();
    for (const name of ["readable", "writable", "port"]) await collect(name);
    `,
    { flags: ["--expose-gc"] },
  );

  equal(stdout, "readable collected\nwritable collected\nport collected\n");
});
