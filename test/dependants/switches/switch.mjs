// The tests of one package manager: a program is switched by an alias, by an override and by a preload.
import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { crc16modbus } from "anyserial/framing";
import { makeDevice } from "../helpers/device.mjs";
import { projects } from "../helpers/project.mjs";
import { startRegistry } from "../helpers/registry.mjs";

const TALK = join(import.meta.dirname, "programs/talk.mjs");
const REGISTER = join(import.meta.dirname, "programs/register.cjs");
const READ_REQUEST_BYTES = 8;

/** Answers a line in capitals. */
function capitals(bytes) {
  const end = bytes.indexOf("\n") + 1;
  if (end === 0) return undefined;
  return { taken: end, send: bytes.subarray(0, end).toString().toUpperCase() };
}

/** A Modbus device whose registers hold their numbers. */
function registers(bytes) {
  if (bytes.length < READ_REQUEST_BYTES) return undefined;
  const body = Buffer.from([bytes[0], bytes[1], 2, bytes[2], bytes[3]]);
  return { taken: READ_REQUEST_BYTES, send: Buffer.concat([body, crc16modbus(body)]) };
}

/**
 * Defines them.
 *
 * @param manager Name of the package manager.
 */
export function testSwitches(manager) {
  let install;
  let ours;
  const ends = [];

  before(async () => {
    const t = { after: (end) => ends.push(end) };
    const { address, version } = await startRegistry(t);
    install = projects(t, manager, address);
    ours = {
      serialport: `npm:@anyserial/serialport@${version}`,
      "@serialport/bindings-cpp": `npm:@anyserial/bindings-cpp@${version}`,
      version,
    };
  });
  after(async () => {
    for (const end of ends) await end();
  });

  test(`${manager}: an alias switches a program`, async (t) => {
    const device = await makeDevice(t, capitals);
    const dependencies = { serialport: ours.serialport };
    const { start } = await install({ name: "alias", dependencies, program: TALK });

    const { stdout } = await start(["talk.mjs", device.path]);

    equal(stdout, "GOOD MORNING\n");
    equal(device.received.toString(), "good morning\n");
    const name = await start(["-p", 'require("serialport/package.json").name']);
    equal(name.stdout, "@anyserial/serialport\n");
  });

  test(`${manager}: an override switches a package that a program depends on`, async (t) => {
    const device = await makeDevice(t, registers);
    const { version: _version, ...replaced } = ours;
    const { start } = await install({
      name: "override",
      dependencies: { "modbus-serial": "8.0.25" },
      replaced,
      program: REGISTER,
    });

    const { stdout } = await start(["register.cjs", device.path]);

    equal(stdout, "7\n");
    const find =
      'require.resolve("serialport/package.json", { paths: [require.resolve("modbus-serial")] })';
    const name = await start(["-p", `require(${find}).name`]);
    equal(name.stdout, "@anyserial/serialport\n");
  });

  test(`${manager}: a preload switches a program that stays as it was installed`, async (t) => {
    const device = await makeDevice(t, capitals);
    const program = await install({
      name: "program",
      dependencies: { serialport: "13.0.0" },
      program: TALK,
    });
    const tool = await install({
      name: "tool",
      isTool: true,
      dependencies: { "@anyserial/serialport": ours.version },
    });
    const find = 'require.resolve("@anyserial/serialport/register")';
    const { stdout: file } = await tool.start(["-p", find]);

    const { stdout, stderr } = await program.start(
      ["--import", file.trim(), "talk.mjs", device.path],
      { NODE_DEBUG: "anyserial" },
    );

    equal(stdout, "GOOD MORNING\n");
    match(stderr, /register: serialport is @anyserial\/serialport for file:\S+talk\.mjs/);
  });
}
