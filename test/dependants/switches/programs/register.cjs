// A small program as its user wrote it for modbus-serial, which brings serialport along: it prints one register.
const ModbusRTU = require("modbus-serial");

const client = new ModbusRTU();

async function main() {
  await client.connectRTUBuffered(process.argv[2], { baudRate: 19_200 });
  client.setID(1);
  const { data } = await client.readHoldingRegisters(7, 1);
  process.stdout.write(`${data[0]}\n`);
  client.close(() => undefined);
}

void main();
