import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import type { PortInfo } from "anyserial";
import { createFakeSerialService, type FakeSerialService } from "anyserial/testing";
import { createSerial, type PortChooser, type Serial } from "anyserial/web-serial";

async function service(): Promise<FakeSerialService> {
  const ports = createFakeSerialService();
  await ports.addPort({ path: "/dev/ttyUSB10", vid: 0x0403, pid: 0x6001 });
  await ports.addPort({ path: "/dev/ttyUSB2", vid: 0x303a, pid: 0x1001 });
  await ports.addPort({ path: "/dev/ttyUSB1", vid: 0x303a, pid: 0x0002 });
  await ports.addPort({ path: "/dev/ttyS0" });
  return ports;
}

/** A Serial that notes what is offered, and chooses the first. */
async function noting(): Promise<{ serial: Serial; offered: string[][] }> {
  const offered: string[][] = [];
  const choose: PortChooser = (ports) => {
    offered.push(ports.map(({ path }) => path));
    return ports[0];
  };
  return { serial: createSerial({ service: await service(), choose }), offered };
}

test("requestPort() offers every port in natural order, without filters", async () => {
  const { serial, offered } = await noting();

  await serial.requestPort();
  await serial.requestPort({});
  await serial.requestPort({ filters: [] });

  const all = ["/dev/ttyS0", "/dev/ttyUSB1", "/dev/ttyUSB2", "/dev/ttyUSB10"];
  deepEqual(offered, [all, all, all]);
});

test("requestPort() offers ports that match any filter", async () => {
  const { serial, offered } = await noting();

  await serial.requestPort({ filters: [{ usbVendorId: 0x303a }] });
  await serial.requestPort({
    filters: [{ usbVendorId: 0x303a, usbProductId: 2 }, { usbVendorId: 0x403 }],
  });
  await rejects(serial.requestPort({ filters: [{ bluetoothServiceClassId: 0x1101 }] }), {
    name: "NotFoundError",
  });

  deepEqual(offered, [["/dev/ttyUSB1", "/dev/ttyUSB2"], ["/dev/ttyUSB1", "/dev/ttyUSB10"], []]);
});

test("requestPort() takes USB ids modulo 65536, as Web IDL does", async () => {
  const { serial, offered } = await noting();

  await serial.requestPort({ filters: [{ usbVendorId: 0x1_0403 }] });

  deepEqual(offered, [["/dev/ttyUSB10"]]);
});

test("requestPort() refuses wrong filters, and does not ask", async () => {
  const { serial, offered } = await noting();
  const wrong: unknown[] = [
    { filters: [{}] },
    { filters: [{ usbProductId: 1 }] },
    { filters: [{ usbVendorId: 1 }, {}] },
    { filters: [{ bluetoothServiceClassId: 1, usbVendorId: 1 }] },
    { filters: [{ bluetoothServiceClassId: 1, usbProductId: 1 }] },
    { filters: 5 },
    { filters: [5] },
    { filters: [{ usbVendorId: 1n }] },
    { allowedBluetoothServiceClassIds: 5 },
    5,
  ];

  for (const options of wrong) await rejects(serial.requestPort(options as never), TypeError);

  deepEqual(offered, []);
});

test("requestPort() rejects with NotFoundError without a choice", async () => {
  const ports = await service();
  const cases = [
    createSerial({ service: ports }),
    createSerial({ service: ports, choose: () => undefined }),
    createSerial({ service: ports, choose: async () => ({ path: "/dev/other" }) as PortInfo }),
    createSerial({ service: ports, choose: { vid: 0x303a } }),
    createSerial({ service: ports, choose: { vid: 1 } }),
  ];

  for (const serial of cases) {
    await rejects(serial.requestPort(), { name: "NotFoundError" });
    deepEqual(await serial.getPorts(), []);
  }
});

test("requestPort() rejects with the error of the chooser", async () => {
  const error = new Error("chooser");
  const choose = (): never => {
    throw error;
  };

  await rejects(
    createSerial({ service: await service(), choose }).requestPort(),
    (e) => e === error,
  );
});

test("requestPort() chooses by a filter among the ports that the program wants", async () => {
  const serial = createSerial({ service: await service(), choose: { pid: 0x1001 } });

  const port = await serial.requestPort({ filters: [{ usbVendorId: 0x303a }] });

  deepEqual(port.getInfo(), { usbVendorId: 0x303a, usbProductId: 0x1001 });
});

test("requestPort() grants the port: getPorts() has it, and both give the same object", async () => {
  const serial = createSerial({ service: await service(), choose: { vid: 0x403 } });
  deepEqual(await serial.getPorts(), []);

  const port = await serial.requestPort();

  deepEqual(await serial.getPorts(), [port]);
  equal(await serial.requestPort(), port);
  const other = createSerial({ service: await service() });
  deepEqual(await other.getPorts(), []);
});

test("requestPort() shows its chooser which ports are granted, and the list as it changes", async () => {
  const ports = createFakeSerialService();
  const first = await ports.addPort({ path: "/dev/ttyUSB0", vid: 1 });
  const seen: string[] = [];
  const serial = createSerial({
    service: ports,
    choose: async (offered, { isGranted, onChange }) => {
      seen.push(...offered.map((port) => `${port.path} ${isGranted(port)}`));
      const chosen = new Promise<PortInfo>((resolve) => {
        const stop = onChange((now) => {
          seen.push(now.map(({ path }) => path).join(" "));
          if (now.length !== 2) return;
          stop();
          resolve(now[1] as PortInfo);
        });
      });
      if (offered.length === 1) await ports.addPort({ path: "/dev/ttyUSB1", vid: 1 });
      return seen.length > 2 ? offered[0] : chosen;
    },
  });

  await serial.requestPort({ filters: [{ usbVendorId: 1 }] });
  await serial.requestPort({ filters: [{ usbVendorId: 1 }] });

  deepEqual(seen, [
    "/dev/ttyUSB0 false",
    "/dev/ttyUSB0 /dev/ttyUSB1",
    "/dev/ttyUSB0 false",
    "/dev/ttyUSB1 true",
  ]);
  ok(first);
});

test("getInfo() is empty for a port that is no USB device", async () => {
  const serial = createSerial({ service: await service(), choose: { name: "ttyS0" } });

  deepEqual((await serial.requestPort()).getInfo(), {});
});

test("createSerial() grants ports by an option, from the start", async () => {
  const serial = createSerial({ service: await service(), grant: ({ vid }) => vid === 0x303a });

  const ports = await serial.getPorts();

  deepEqual(ports.map((port) => port.getInfo().usbProductId).sort(), [2, 0x1001]);
});

test("createSerial() refuses wrong options", () => {
  const wrong: object[] = [
    { choose: 5 },
    { choose: { vendor: 1 } },
    { grant: 5 },
    { ports: null },
    { others: "/dev/ttyS0" },
    { others: [""] },
    { service: {} },
    { filters: [] },
  ];

  for (const init of wrong) {
    throws(
      () => createSerial(init as never),
      { code: "ERR_INVALID_ARG_VALUE" },
      Object.keys(init)[0],
    );
  }
});
