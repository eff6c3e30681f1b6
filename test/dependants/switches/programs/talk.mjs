// A small program as its user wrote it for serialport: it sends a line, and prints the answer.
import { ReadlineParser, SerialPort } from "serialport";

const port = new SerialPort({ path: process.argv[2], baudRate: 115_200 });
const lines = port.pipe(new ReadlineParser());
lines.once("data", (line) => {
  process.stdout.write(`${line}\n`);
  port.close();
});
port.write("good morning\n");
