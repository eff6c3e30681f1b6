// improv-wifi-serial-sdk: a web page gives a device the name and the password of a network. Its files import each other
// without extensions, as bundlers allow: it runs after esbuild.
import { deepEqual, equal, rejects } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { makeDevice } from "../helpers/device.mjs";
import { installFor } from "./serial.mjs";

const HEADER = [...Buffer.from("IMPROV"), 1];
const [CURRENT_STATE, ERROR_STATE, RPC, RPC_RESULT] = [1, 2, 3, 4];
const [PROVISION, REQUEST_STATE, REQUEST_INFO, SCAN] = [1, 2, 3, 4];
const [READY, PROVISIONED] = [2, 4];
const SILENT = { log: () => undefined, debug: () => undefined, error: () => undefined };

async function loadSdk(t) {
  const folder = mkdtempSync(join(fileURLToPath(new URL(".", import.meta.url)), "bundle-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const outfile = join(folder, "sdk.mjs");
  const entryPoints = ["improv-wifi-serial-sdk/dist/serial.js"];
  const absWorkingDir = fileURLToPath(new URL(".", import.meta.url));
  await build({
    entryPoints,
    absWorkingDir,
    bundle: true,
    format: "esm",
    outfile,
    logLevel: "silent",
  });
  return import(pathToFileURL(outfile).href);
}

function packet(type, data) {
  const bytes = [...HEADER, type, data.length, ...data];
  const checksum = bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return Buffer.from([...bytes, checksum, 10]);
}

function result(command, texts) {
  const data = texts.flatMap((text) => [Buffer.byteLength(text), ...Buffer.from(text)]);
  return packet(RPC_RESULT, [command, data.length, ...data]);
}

/** A device that knows one network. */
function thing() {
  let state = READY;
  const answers = {
    [REQUEST_STATE]: () => [packet(CURRENT_STATE, [state])],
    [REQUEST_INFO]: () => [result(REQUEST_INFO, ["thing-fw", "1.2", "ESP32", "Thing"])],
    [SCAN]: () => [
      result(SCAN, ["home", "-50", "YES"]),
      result(SCAN, ["cafe", "-70", "NO"]),
      result(SCAN, []),
    ],
    [PROVISION]: (data) => {
      const text = data.subarray(1, 1 + data[0]).toString();
      if (text !== "home") return [packet(ERROR_STATE, [3])];
      state = PROVISIONED;
      return [packet(CURRENT_STATE, [state]), result(PROVISION, ["http://thing.local"])];
    },
  };
  return (bytes) => {
    const length = bytes.length < 9 ? Number.POSITIVE_INFINITY : 9 + bytes[8] + 2;
    if (bytes.length < length) return undefined;
    if (bytes[7] !== RPC) throw new Error(`a packet of type ${bytes[7]} came`);
    const answer = answers[bytes[9]](bytes.subarray(11, length - 2));
    return { taken: length, send: Buffer.concat([Buffer.from("boot log\n"), ...answer]) };
  };
}

test("improv-wifi-serial-sdk asks a device, scans, and gives it a network", async (t) => {
  const { ImprovSerial } = await loadSdk(t);
  const serial = installFor(await makeDevice(t, thing()));
  const port = await serial.requestPort();
  await port.open({ baudRate: 115_200 });
  const improv = new ImprovSerial(port, SILENT);

  const info = await improv.initialize(5000);
  const networks = await improv.scan(5000);
  await rejects(
    improv.provision("other", "secret", 5000),
    (error) => error === "UNABLE_TO_CONNECT",
  );
  await improv.provision("home", "secret", 5000);

  equal(info.name, "Thing");
  deepEqual(
    networks.map(({ name, secured }) => [name, secured]),
    [
      ["cafe", false],
      ["home", true],
    ],
  );
  equal(improv.nextUrl, "http://thing.local");
  await improv.close();
  await port.close();
  equal(port.readable, null);
});
