// Talks to a modem: asks for its signal and its messages, and shows what it says unasked:
//   node examples/at-dialogue.ts /dev/ttyUSB2
import { openSerialPort } from "anyserial";
import { lines } from "anyserial/framing";

const [path = "/dev/ttyUSB2"] = process.argv.slice(2);
const UNSOLICITED = /^(RING|NO CARRIER|\+CMTI:|\+CREG:|$)/;
const LAST = /^(OK|ERROR|\+CM[ES] ERROR:.*)$/;

await using port = await openSerialPort(path, { baudRate: 115_200 });
const modem = port.framed(lines({ sendEnding: "cr" }));
modem.on("unsolicited", (line) => {
  if (line !== "") console.log(`unasked: ${line}`);
});

/** The lines of the answer, without OK. */
async function ask(command: string): Promise<string[]> {
  const answer = await modem.requestAll(command, {
    accept: (line) => !UNSOLICITED.test(line),
    until: (line) => LAST.test(line),
    signal: AbortSignal.timeout(10_000),
  });
  const last = answer.pop();
  if (last !== "OK") throw new Error(`${command}: ${last}`);
  return answer;
}

await ask("ATE0"); // it does not repeat the commands from here on
const [signal = ""] = await ask("AT+CSQ");
console.log(`signal: ${/\+CSQ: (\d+)/.exec(signal)?.[1]} of 31`);
await ask("AT+CMGF=1");
for (const line of await ask('AT+CMGL="ALL"')) console.log(line);
await ask("AT+CPIN?").catch((error: Error) => console.log(error.message));
