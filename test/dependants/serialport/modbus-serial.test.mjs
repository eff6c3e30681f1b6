// modbus-serial takes `SerialPort` out of `serialport`, and gives the master's port options of its own.
import { deepEqual, equal, match } from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import ModbusRTU from "modbus-serial";
import { layCable } from "../helpers/cable.mjs";

const { ServerSerial } = ModbusRTU;
const UNIT = 5;
const LINE = { baudRate: 115_200 };

test("modbus-serial reads and writes registers of its own slave, by RTU", async (t) => {
  const { master, registers } = await connect(t, "connectRTUBuffered");

  deepEqual((await master.readHoldingRegisters(10, 3)).data, [20, 21, 22]);
  await master.writeRegisters(0, [7, 8, 9]);
  equal(await master.writeCoil(3, true).then(({ state }) => state), true);

  deepEqual(
    [0, 1, 2].map((at) => registers.get(at)),
    [7, 8, 9],
  );
});

test("modbus-serial works through options that node-serialport does not know", async (t) => {
  const { master } = await connect(t, "connectRTUBuffered", {
    platformOptions: { vmin: 1, vtime: 0 },
    debug: true,
  });

  deepEqual((await master.readInputRegisters(4, 2)).data, [4, 5]);
});

test("modbus-serial gets the slave's exception", async (t) => {
  const { master } = await connect(t, "connectRTUBuffered");

  const error = await master.readHoldingRegisters(9999, 1).catch((reason) => reason);

  match(error.message, /exception/i);
});

test("modbus-serial speaks ASCII through the same port", async (t) => {
  const [path] = await layCable(t);
  const master = new ModbusRTU();

  await master.connectAsciiSerial(path, LINE);
  equal(master.isOpen, true);

  await new Promise((resolve) => master.close(resolve));
  equal(master.isOpen, false);
});

test("modbus-serial's worker runs a queue of requests over one port", async (t) => {
  const { master } = await connect(t, "connectRTUBuffered");
  master.setWorkerOptions({ maxConcurrentRequests: 1 });

  const answers = await Promise.all(
    [10, 12, 14].map((address) =>
      master.send({ fc: 3, unit: UNIT, address, quantity: 2, type: "uint16" }),
    ),
  );

  deepEqual(answers.flat(), [20, 21, 22, 23, 24, 25]);
});

test("modbus-serial reports a port that is not there", async () => {
  const error = await new ModbusRTU()
    .connectRTUBuffered("/dev/ttyNothing", LINE)
    .catch((reason) => reason);

  match(error.message, /No such file or directory, cannot open \/dev\/ttyNothing/);
});

/** A slave at one end of a cable, and a master at the other. */
async function connect(t, how, options = {}) {
  const [masterPath, slavePath] = await layCable(t);
  const registers = new Map();
  const slave = new ServerSerial(
    {
      getHoldingRegister: (address) => {
        if (address > 1000) throw Object.assign(new Error("none"), { modbusErrorCode: 2 });
        return address + 10;
      },
      getInputRegister: (address) => address,
      setRegister: (address, value) => void registers.set(address, value),
      setCoil: () => undefined,
    },
    { ...LINE, port: slavePath, unitID: UNIT },
  );
  await once(slave, "initialized");
  const master = new ModbusRTU();
  await master[how](masterPath, { ...LINE, ...options });
  master.setID(UNIT);
  master.setTimeout(10_000);
  t.after(async () => {
    await new Promise((resolve) => master.close(resolve));
    await new Promise((resolve) => slave.close(resolve));
  });
  return { master, registers };
}
