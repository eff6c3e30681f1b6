// The pages about the hub: a row for every field of the schema, and configurations that are valid.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkHubConfig } from "@anyserial/hub/config";
import { openSerialPort } from "anyserial";
import { ADAPTER_FIELDS, WIRE_FIELDS } from "../../../dist/config/adapter-fields.js";
import {
  REMOTE_FIELDS,
  REMOTE_TLS_FIELDS,
  TCP_CONNECT_FIELDS,
  TCP_LISTEN_FIELDS,
  unixConnectFields,
  unixListenFields,
} from "../../../dist/config/endpoints.js";
import {
  CAPTURE_FIELDS,
  MEMBER_COMMON,
  memberKinds,
  NETWORK_FIELDS,
} from "../../../dist/config/fields.js";
import { FRAMING_FIELDS } from "../../../dist/config/framing-fields.js";
import { listenFields } from "../../../dist/config/listen-fields.js";
import type { Field } from "../../../dist/config/readers.js";
import { SERIAL_TLS_FIELDS } from "../../../dist/config/serial-fields.js";

const DOCS = new URL("../../../../../docs/", import.meta.url);
const REFERENCE = readFileSync(new URL("hub-configuration.md", DOCS), "utf8");

/** A default as the table shows it. */
function shown(value: unknown): string {
  if (value === undefined) return "";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

test("docs/hub-configuration.md documents every field with its default", () => {
  const tables = [
    NETWORK_FIELDS,
    FRAMING_FIELDS,
    MEMBER_COMMON,
    ADAPTER_FIELDS,
    WIRE_FIELDS,
    TCP_CONNECT_FIELDS,
    TCP_LISTEN_FIELDS,
    REMOTE_FIELDS,
    REMOTE_TLS_FIELDS,
    SERIAL_TLS_FIELDS,
    unixConnectFields("/"),
    unixListenFields("/"),
    CAPTURE_FIELDS,
    listenFields("/"),
  ];
  const fields = [...tables, ...Object.values(memberKinds("/"))].flatMap(
    (table): [string, Field][] => Object.entries(table),
  );

  for (const [name, { reader, help, ...field }] of fields) {
    const value = field.defaultHelp ?? shown(field.default);
    const row = `\`${name}\` | ${reader.allowed} | ${value} | ${help} |`;
    assert.ok(REFERENCE.includes(row), row);
  }
});

test("the pages of the hub show configurations that are right", () => {
  const pages = ["hub.md", "hub-configuration.md", "hub-operations.md", "adapters.md"];
  const text = pages.map((page) => readFileSync(new URL(page, DOCS), "utf8")).join("\n");
  const fences = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, code = ""]) => code);

  assert.ok(fences.length >= 6);
  for (const text of fences) {
    const whole = text.includes("networks:")
      ? text
      : `networks: {n: {members: {m: {port: m}}}}\n${text}`;
    assert.deepEqual(checkHubConfig(whole).problems, []);
  }
});

test("docs/migrate-from-socat.md shows configurations that are right", () => {
  const page = readFileSync(new URL("migrate-from-socat.md", DOCS), "utf8");
  const fences = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
  const ours = fences.filter((text) => text.includes("networks:")); // one is ser2net's

  assert.equal(ours.length, fences.length - 1);
  for (const text of ours) assert.deepEqual(checkHubConfig(text).problems, []);
});

test("the defaults of a real port in the table are those of the library", async () => {
  await using port = await openSerialPort("loop://");
  const library = port.config;
  const { baudRate, dataBits, stopBits, parity } = memberKinds("/").serial;
  const table = Object.entries({ baudRate, dataBits, stopBits, parity });

  assert.deepEqual(
    Object.fromEntries(table.map(([name, field]) => [name, field?.default])),
    Object.fromEntries(table.map(([name]) => [name, Reflect.get(library, name)])),
  );
});
