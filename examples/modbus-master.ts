// Polls the registers of Modbus RTU devices on one bus, and goes on when one of them does not answer:
//   node examples/modbus-master.ts /dev/ttyUSB0
import { setTimeout as sleep } from "node:timers/promises";
import { openSerialPort } from "anyserial";
import { idleGap } from "anyserial/framing";

const [path = "/dev/ttyUSB0"] = process.argv.slice(2);
const READ_HOLDING_REGISTERS = 3;

await using port = await openSerialPort(path, { baudRate: 19_200, parity: "even" });
// A message ends with a silence of 3.5 characters; its CRC is checked and taken off.
const bus = port.framed(idleGap({ checksum: "crc16modbus" }));

async function readRegisters(unit: number, address: number, count: number): Promise<number[]> {
  const question = Buffer.from([unit, READ_HOLDING_REGISTERS, 0, 0, 0, 0]);
  question.writeUInt16BE(address, 2);
  question.writeUInt16BE(count, 4);
  const answer = await bus.request(question, {
    accept: ([from, code = 0]) => from === unit && (code & 0x7f) === READ_HOLDING_REGISTERS,
    retries: 2,
    retryAfterMs: 500,
    discardStale: 300, // an answer that comes so late is not taken for the next one's
  });
  const [, code, size] = answer;
  if (code !== READ_HOLDING_REGISTERS) throw new Error(`unit ${unit}: exception ${size}`);
  const words = Buffer.from(answer).subarray(3);
  return Array.from({ length: count }, (_, index) => words.readUInt16BE(index * 2));
}

for (;;) {
  for (const [name, unit, address] of [
    ["meter", 1, 0],
    ["pump", 2, 100],
  ] as const) {
    const values = readRegisters(unit, address, 2).catch((error: Error) => error.message);
    console.log(name, await values);
  }
  await sleep(1000);
}
