// The driver of a SCPI multimeter, tested without one: the test plays the meter. On a real one:
//   SCPI_PORT=/dev/ttyUSB0 node --test examples/multimeter.test.ts
import { match, rejects } from "node:assert/strict";
import { test } from "node:test";
import { openSerialPort, type SerialPort } from "anyserial";
import { type FramedPort, lines } from "anyserial/framing";
import { serialPortPair } from "anyserial/testing";

class Multimeter {
  readonly #meter: FramedPort<string>;
  constructor(port: SerialPort) {
    this.#meter = port.framed(lines());
  }
  ask(question: string): Promise<string> {
    return this.#meter.request(question, { signal: AbortSignal.timeout(5000) });
  }
  async command(text: string): Promise<void> {
    await this.#meter.send(text);
    const error = await this.ask("SYST:ERR?");
    if (!/^[+-]?0,/.test(error)) throw new Error(`${text}: ${error}`);
  }
}

test("the multimeter measures, and says what it does not understand", async () => {
  await using pair = await serialPortPair();
  const device = pair.b.framed(lines());
  let error = "0,No error";
  device.on("unsolicited", async (line) => {
    if (line === "READ?") await device.send("+1.25E+01");
    else if (line === "SYST:ERR?") await device.send(error);
    else if (line !== "CONF:VOLT:DC") error = "-113,Undefined header";
  });
  const path = process.env["SCPI_PORT"];
  await using port = path ? await openSerialPort(path) : pair.a;
  const meter = new Multimeter(port);
  await meter.command("CONF:VOLT:DC");
  match(await meter.ask("READ?"), /^[+-]\d\.\d+E[+-]\d+$/);
  await rejects(meter.command("NO:SUCH"), /NO:SUCH: -113/);
});
