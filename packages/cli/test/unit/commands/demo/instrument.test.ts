// The simulated instrument.

import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { INSTRUMENT_COMMANDS, Instrument } from "../../../../dist/commands/demo/instrument.js";

const create = (): Instrument => new Instrument(() => 0);

test("Instrument identifies itself", () => {
  match(create().execute("*IDN?") ?? "", /^anyserial,Simulated PSU-30,0001,/);
});

test("Instrument measures the set voltage once its output is on", () => {
  const instrument = create();

  equal(instrument.execute("SET 12.5"), "OK");
  equal(instrument.execute("SET?"), "12.500");
  equal(instrument.execute("MEAS:VOLT?"), "0.000");
  equal(instrument.execute("OUTP ON"), "OK");
  equal(instrument.execute("OUTP?"), "1");
  equal(instrument.execute("MEAS:VOLT?"), "12.500");
  equal(instrument.execute("MEAS:CURR?"), "1.250");
  equal(instrument.execute("OUTP OFF"), "OK");
  equal(instrument.execute("MEAS:CURR?"), "0.000");
});

test("Instrument warms up by the power of its load, and follows the room", () => {
  let now = 0;
  const instrument = new Instrument(() => now);

  equal(instrument.execute("MEAS:TEMP?"), "23.00");
  now = 15_000;
  equal(instrument.execute("MEAS:TEMP?"), "23.50");
  instrument.execute("SET 20");
  instrument.execute("OUTP 1");
  equal(instrument.execute("MEAS?"), "33.50,20.000,2.000");
});

test("Instrument takes commands in any case, with blanks around them", () => {
  const instrument = create();

  equal(instrument.execute("  set   3 "), "OK");
  equal(instrument.execute("Set?"), "3.000");
});

test("Instrument is reset to a safe state", () => {
  const instrument = create();
  instrument.execute("SET 5");
  instrument.execute("OUTP ON");

  equal(instrument.execute("*RST"), "OK");

  equal(instrument.execute("SET?"), "0.000");
  equal(instrument.execute("OUTP?"), "0");
});

const WRONG = [
  ["BOGUS", 'ERROR -113,"Undefined header"'],
  ["constructor", 'ERROR -113,"Undefined header"'],
  ["SET", 'ERROR -109,"Missing parameter"'],
  ["SET x", 'ERROR -104,"Data type error"'],
  ["SET 1 2", 'ERROR -104,"Data type error"'],
  ["SET 30.001", 'ERROR -222,"Data out of range"'],
  ["SET -1", 'ERROR -222,"Data out of range"'],
  ["OUTP", 'ERROR -109,"Missing parameter"'],
  ["OUTP MAYBE", 'ERROR -104,"Data type error"'],
] as const;

for (const [command, reply] of WRONG) {
  test(`Instrument answers ${command} with an error, and changes nothing`, () => {
    const instrument = create();
    instrument.execute("SET 7");

    equal(instrument.execute(command), reply);

    equal(instrument.execute("SET?"), "7.000");
    equal(instrument.execute("OUTP?"), "0");
  });
}

test("Instrument says nothing to an empty line", () => {
  equal(create().execute("  "), undefined);
});

test("Instrument understands every command that is advertised", () => {
  const instrument = create();
  const commands = INSTRUMENT_COMMANDS.flatMap(([text]) => text.split("  "));

  equal(commands.length, 12);
  for (const command of commands) {
    const reply = instrument.execute(command) ?? "";
    equal(reply !== "" && !reply.startsWith("ERROR"), true, command);
  }
});
