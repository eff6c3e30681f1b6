// The tables of the documentation that are made from the code: checks them, or writes them with `--write`. A page
// says where a table is, and of what:
// `<!-- capabilities: freebsd openbsd -->` … `<!-- /capabilities -->`: the records of these systems;
// `<!-- fields: network -->` … `<!-- /fields -->`: objects of the hub's configuration. Each object must be somewhere.
// Needs a build.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { listFiles } from "./list-files.mjs";

const CORE = "../packages/anyserial/dist";
const CONFIG = "../packages/hub/dist/config";
const PLACE = /(<!-- (capabilities|fields): ([a-z -]+) -->\n)[\s\S]*?(<!-- \/\2 -->)/g;

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const { FEATURES } = await import(`${CORE}/model/capabilities.js`);
const records = await readRecords();
const objects = await readObjects();
const unseen = new Set(Object.keys(objects));
const isWriting = process.argv.includes("--write");

for (const page of listFiles().filter((file) => file.endsWith(".md"))) {
  const text = readFileSync(page, "utf8");
  const wanted = text.replace(
    PLACE,
    (...[, begin, kind, names, end]) => begin + table(kind, names.trim().split(" ")) + end,
  );
  if (wanted === text) continue;
  if (isWriting) writeFileSync(page, wanted);
  else fail(`${page} does not match the code: run it with --write`);
}
if (unseen.size > 0) fail(`no page has a table of ${[...unseen].join(", ")}`);

async function readRecords() {
  const { LINUX_CAPABILITIES } = await import(`${CORE}/linux/platform.js`);
  const { DARWIN_CAPABILITIES } = await import(`${CORE}/darwin/platform.js`);
  const { bsdCapabilities } = await import(`${CORE}/bsd/platform.js`);
  const { WINDOWS_CAPABILITIES } = await import(`${CORE}/windows/capabilities.js`);
  const bsd = ["freebsd", "openbsd", "netbsd", "dragonfly"];
  return {
    linux: LINUX_CAPABILITIES,
    darwin: DARWIN_CAPABILITIES,
    ...Object.fromEntries(bsd.map((system) => [system, bsdCapabilities(system)])),
    windows: WINDOWS_CAPABILITIES,
  };
}

async function readObjects() {
  const fields = await import(`${CONFIG}/fields.js`);
  const { FRAMING_FIELDS } = await import(`${CONFIG}/framing-fields.js`);
  const { listenFields } = await import(`${CONFIG}/listen-fields.js`);
  const endpoints = await import(`${CONFIG}/endpoints.js`);
  const adapters = await import(`${CONFIG}/adapter-fields.js`);
  const serials = await import(`${CONFIG}/serial-fields.js`);
  const clusters = await import(`${CONFIG}/cluster.js`);
  const { topology, rateMismatch } = fields.NETWORK_FIELDS;
  const { role } = fields.MEMBER_COMMON;
  return {
    network: { topology, rateMismatch },
    framing: FRAMING_FIELDS,
    member: { role },
    options: fields.MEMBER_OPTIONS,
    ...fields.memberKinds("/"),
    adapter: adapters.ADAPTER_FIELDS,
    "adapter-wires": adapters.WIRE_FIELDS,
    "tcp-connect": endpoints.TCP_CONNECT_FIELDS,
    "tcp-listen": endpoints.TCP_LISTEN_FIELDS,
    "unix-connect": endpoints.unixConnectFields("/"),
    "unix-listen": endpoints.unixListenFields("/"),
    "remote-listen": endpoints.REMOTE_FIELDS,
    "remote-tls": endpoints.REMOTE_TLS_FIELDS,
    "serial-tls": serials.SERIAL_TLS_FIELDS,
    capture: fields.CAPTURE_FIELDS,
    listen: listenFields("/"),
    shared: fields.SHARED_FIELDS,
    cluster: clusters.CLUSTER_FIELDS,
    "cluster-tls": clusters.CLUSTER_TLS_FIELDS,
  };
}

function table(kind, names) {
  const [titles, rows] =
    kind === "fields"
      ? [["field", "allowed", "default", "meaning"], names.flatMap(fieldRows)]
      : [["feature", ...names], FEATURES.map((feature) => capabilityRow(feature, names))];
  const lines = [titles, titles.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function capabilityRow(feature, systems) {
  return [`\`${feature}\``, ...systems.map((system) => records[system][feature])];
}

function fieldRows(name) {
  unseen.delete(name);
  return Object.entries(objects[name]).map(([field, { reader, help, ...rest }]) => [
    `\`${field}\``,
    reader.allowed,
    shown(rest),
    help,
  ]);
}

/** Formats a default: the schema's words where it is no value. */
function shown({ default: value, defaultHelp }) {
  if (defaultHelp !== undefined) return defaultHelp;
  if (value === undefined) return "";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function fail(problem) {
  console.error(`doc-tables: ${problem}`);
  process.exitCode = 1;
}
