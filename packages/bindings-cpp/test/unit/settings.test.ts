import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { type AnyOptions, settingsOf, withDefaults } from "../../dist/settings.cjs";

const PLAIN = { path: "/dev/ttyUSB0", baudRate: 9600 };

function settings(options: Partial<AnyOptions>, platform: "linux" | "win32" = "linux") {
  return settingsOf(platform, withDefaults(platform, { ...PLAIN, ...options }));
}

test("withDefaults() has the defaults of each system", () => {
  const posix = withDefaults("darwin", PLAIN);
  const windows: object = withDefaults("win32", PLAIN);

  deepEqual([posix.vmin, posix.vtime, "rtsMode" in posix], [1, 0, false]);
  deepEqual(["vmin" in windows, "rtsMode" in windows], [false, true]);
});

test("settingsOf() locks and hangs up by default, and drops damaged bytes", () => {
  const { config, tuning } = settings({});

  deepEqual(config, {
    baudRate: 9600,
    dataBits: 8,
    parity: "none",
    stopBits: 1,
    flowControl: { xonXoff: false, rtsCts: false },
    exclusive: true,
    hangupOnClose: true,
  });
  deepEqual(tuning, {
    sendsXoff: false,
    anyRestarts: false,
    dropsDamaged: true,
    minimumBytes: 1,
    timeoutTenths: 0,
    rtsMode: "handshake",
  });
});

test("settingsOf() keeps xon, xoff and xany apart", () => {
  const rows = [
    [{ xon: true }, [true, false, false]],
    [{ xoff: true }, [false, true, false]],
    [{ xany: true }, [false, false, true]],
  ] as const;
  for (const [options, expected] of rows) {
    const { config, tuning } = settings(options);
    deepEqual([config.flowControl?.xonXoff, tuning.sendsXoff, tuning.anyRestarts], expected);
  }
});

test("settingsOf() reads values as node-serialport does", () => {
  const rows = [
    [{ dataBits: 9 }, "dataBits", 8],
    [{ dataBits: "7" }, "dataBits", 7],
    [{ parity: "Even" }, "parity", "even"],
    [{ parity: "o" }, "parity", "odd"],
    [{ parity: "bogus" }, "parity", "none"],
    [{ parity: undefined }, "parity", "none"],
    [{ stopBits: 1.5 }, "stopBits", 1.5],
    [{ stopBits: 2 }, "stopBits", 2],
    [{ stopBits: 3 }, "stopBits", 1],
    [{ lock: 0 }, "exclusive", false],
    [{ baudRate: 9600.7 }, "baudRate", 9600],
  ] as const;
  for (const [options, name, expected] of rows) {
    equal(settings(options as Partial<AnyOptions>).config[name], expected, JSON.stringify(options));
  }
});

test("settingsOf() takes vmin and vtime for bytes, and vmin 0 for 1", () => {
  const rows = [
    [{ vmin: 0 }, [1, 0]],
    [{ vmin: 12, vtime: 5 }, [12, 5]],
    [{ vmin: 999, vtime: -1 }, [255, 0]],
    [{ vmin: Number.NaN }, [1, 0]],
  ] as const;
  for (const [options, expected] of rows) {
    const { tuning } = settings(options);
    deepEqual([tuning.minimumBytes, tuning.timeoutTenths], expected);
  }
});

test("settingsOf() lets hupcl decide about DTR on Windows, and rtscts about RTS", () => {
  const rows = [
    [{}, { dtr: true, rts: false }],
    [{ hupcl: false }, { dtr: false, rts: false }],
    [{ rtscts: true }, { dtr: true }],
  ] as const;
  for (const [options, expected] of rows) {
    const { config } = settings(options, "win32");
    deepEqual(config.controlLines, expected);
    deepEqual([config.exclusive, config.hangupOnClose], [false, true]);
  }
});
