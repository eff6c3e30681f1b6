// Sends a G-code file to a printer with Marlin's protocol: each line has a number and a checksum, the next
// one goes when the printer says ok, and a damaged one again when it asks for it:
//   node examples/gcode-streamer.ts /dev/ttyACM0 part.gcode
import { readFileSync } from "node:fs";
import { openSerialPort } from "anyserial";
import { lines, xor8 } from "anyserial/framing";

const [path = "/dev/ttyACM0", file = "part.gcode"] = process.argv.slice(2);
const moves = readFileSync(file, "utf8")
  .split(/\r?\n/)
  .map((line) => line.replace(/;.*/, "").trim());
const program = ["M110", ...moves.filter((line) => line !== "")]; // M110 sets the number to 0

await using port = await openSerialPort(path, { baudRate: 250_000 });
const printer = port.framed(lines({ sendEnding: "lf" }));
printer.on("unsolicited", (line) => console.log(`printer: ${line}`));

const isDone = (line: string): boolean => line.startsWith("ok");
// A board that starts anew when its port is opened answers a while later.
await printer.request("M105", { accept: isDone, retries: 10, retryAfterMs: 1000 });

for (let number = 0; number < program.length; ) {
  const line = `N${number} ${program[number]}`;
  const checksum = xor8(Buffer.from(line))[0];
  const answer = await printer.requestAll(`${line}*${checksum}`, { until: isDone });
  if (answer.some((reply) => /^(!!|Error:.*(kill|halted))/i.test(reply))) {
    throw new Error(`${file}: ${program[number]}: ${answer.join(", ")}`);
  }
  const wanted = answer.map((reply) => /^Resend: *N?(\d+)/i.exec(reply)?.[1]).find(Boolean);
  number = wanted === undefined ? number + 1 : Number(wanted);
  console.log(`${number} of ${program.length}: ${answer.join(", ")}`);
}
