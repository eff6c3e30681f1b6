// The simulated instrument: a thermometer and a power supply with a load of 10 ohms. Pure: one command
// line in, one reply line out; time comes in.

const IDENTITY = "anyserial,Simulated PSU-30,0001,1.0";
const LOAD_OHM = 10;
const VOLTAGE_MAX = 30;
const ROOM_TEMPERATURE = 23;
/** How far and how slowly the room's temperature swings. */
const SWING = 0.5;
const SWING_PERIOD_MS = 60_000;
/** The load warms the thermometer by this much per watt, in degrees Celsius. */
const WARMING_PER_WATT = 0.25;

/** Replies that are no values. */
const OK = "OK";
const UNDEFINED_HEADER = 'ERROR -113,"Undefined header"';
const MISSING_PARAMETER = 'ERROR -109,"Missing parameter"';
const DATA_TYPE = 'ERROR -104,"Data type error"';
const OUT_OF_RANGE = 'ERROR -222,"Data out of range"';
/** Reply to a command line that is too long. */
export const TOO_LONG = 'ERROR -363,"Input buffer overrun"';

/** Commands of the instrument, with a description of their effect. */
export const INSTRUMENT_COMMANDS: readonly (readonly [command: string, effect: string])[] = [
  ["*IDN?", "identify"],
  ["*RST", "output off, 0 V"],
  ["MEAS?", "temperature in degrees Celsius, voltage in V, current in A"],
  ["MEAS:TEMP?  MEAS:VOLT?  MEAS:CURR?", "one of them"],
  ["SET 12.5", "output voltage, 0 to 30 V"],
  ["SET?", "the set voltage"],
  ["OUTP ON  OUTP OFF  OUTP?", "output"],
  ["HELP?", "its commands"],
];

/**
 * The state of one instrument, however many ports lead to it.
 *
 * @see IEEE 488.2, 10.14 for `*IDN?`; SCPI-99, 21.8 for the error numbers
 */
export class Instrument {
  readonly #now: () => number;
  #setVoltage = 0;
  #isOutputOn = false;

  /** @param now The time in milliseconds, for the temperature. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Executes one command.
   *
   * @param line Command without its end of line; upper and lower case are the same.
   * @returns Reply without an end of line; `undefined` for an empty line.
   */
  execute(line: string): string | undefined {
    const [header = "", ...words] = line.trim().toUpperCase().split(/\s+/);
    if (header === "") return undefined;
    const command = Object.hasOwn(COMMANDS, header) ? COMMANDS[header] : undefined;
    return command === undefined ? UNDEFINED_HEADER : command(this, words.join(" "));
  }

  /** Output off, 0 V. */
  reset(): string {
    this.#setVoltage = 0;
    this.#isOutputOn = false;
    return OK;
  }

  /** Sets the output voltage, in volts. */
  setVoltage(text: string): string {
    if (text === "") return MISSING_PARAMETER;
    const voltage = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : undefined;
    if (voltage === undefined) return DATA_TYPE;
    if (voltage < 0 || voltage > VOLTAGE_MAX) return OUT_OF_RANGE;
    this.#setVoltage = voltage;
    return OK;
  }

  /** Turns the output on or off. */
  setOutput(text: string): string {
    if (text === "") return MISSING_PARAMETER;
    const states: Readonly<Record<string, boolean>> = {
      ON: true,
      "1": true,
      OFF: false,
      "0": false,
    };
    const state = Object.hasOwn(states, text) ? states[text] : undefined;
    if (state === undefined) return DATA_TYPE;
    this.#isOutputOn = state;
    return OK;
  }

  /** The voltage that was set. */
  get voltageSetting(): string {
    return this.#setVoltage.toFixed(3);
  }

  /** `1` while the output is on. */
  get output(): string {
    return this.#isOutputOn ? "1" : "0";
  }

  /** Measures the output voltage, in volts. */
  get voltage(): string {
    return this.#volts().toFixed(3);
  }

  /** Measures the current through the load, in amperes. */
  get current(): string {
    return (this.#volts() / LOAD_OHM).toFixed(3);
  }

  /** Measures the temperature near the load, in degrees Celsius. */
  get temperature(): string {
    const swing = SWING * Math.sin((2 * Math.PI * this.#now()) / SWING_PERIOD_MS);
    const warming = (WARMING_PER_WATT * this.#volts() ** 2) / LOAD_OHM;
    return (ROOM_TEMPERATURE + swing + warming).toFixed(2);
  }

  #volts(): number {
    return this.#isOutputOn ? this.#setVoltage : 0;
  }
}

const COMMANDS: Readonly<Record<string, (device: Instrument, parameter: string) => string>> = {
  "*IDN?": () => IDENTITY,
  "*RST": (device) => device.reset(),
  "MEAS?": (device) => `${device.temperature},${device.voltage},${device.current}`,
  "MEAS:TEMP?": (device) => device.temperature,
  "MEAS:VOLT?": (device) => device.voltage,
  "MEAS:CURR?": (device) => device.current,
  SET: (device, parameter) => device.setVoltage(parameter),
  "SET?": (device) => device.voltageSetting,
  OUTP: (device, parameter) => device.setOutput(parameter),
  "OUTP?": (device) => device.output,
  "HELP?": () => INSTRUMENT_COMMANDS.map(([command]) => command.replace(/ {2}/g, "; ")).join("; "),
};
