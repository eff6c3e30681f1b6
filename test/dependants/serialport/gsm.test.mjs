// serialport-gsm against a simulated modem that knows a few AT commands. It echoes them, which the program waits for.
import { equal, match } from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { makeDevice } from "../helpers/device.mjs";

const gsm = createRequire(import.meta.url)("serialport-gsm");
const OPTIONS = { baudRate: 115_200, xon: false, rtscts: false, autoDeleteOnReceive: false };

const ANSWERS = [
  [/^AT\+CGSN/, "490154203237518\r\n\r\nOK\r\n"],
  [/^AT\+CPIN\?/, "+CPIN: READY\r\n\r\nOK\r\n"],
  [/^AT\+CSQ/, "+CSQ: 20,0\r\n\r\nOK\r\n"],
  [/^AT/, "OK\r\n"],
];

function modem(bytes) {
  const end = bytes.indexOf("\r");
  if (end === -1) return undefined;
  const command = bytes.toString("latin1", 0, end).trim();
  const [, send] = ANSWERS.find(([pattern]) => pattern.test(command)) ?? [];
  return { taken: end + 1, send: send && `${command}\r\r\n${send}` };
}

test("serialport-gsm opens a modem, starts it and asks for its number and its signal", async (t) => {
  const device = await makeDevice(t, modem);
  const one = gsm.Modem();
  await call((done) => one.open(device.path, OPTIONS, done));

  const started = await ask((done) => one.initializeModem(done));
  const serial = await ask((done) => one.getModemSerial(done));
  const signal = await ask((done) => one.getNetworkSignal(done));

  equal(started.status, "success");
  match(JSON.stringify(serial), /490154203237518/);
  match(JSON.stringify(signal), /20/);
  await new Promise((resolve) => one.close(resolve));
});

test("serialport-gsm lists ports, by promise and by callback", async () => {
  equal(Array.isArray(await gsm.list()), true);
  equal(Array.isArray(await call((done) => gsm.list(done))), true);
});

function call(start) {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** Its other callbacks have the result first. */
function ask(start) {
  return new Promise((resolve, reject) => {
    start((result, error) => (error ? reject(error) : resolve(result)));
  });
}
