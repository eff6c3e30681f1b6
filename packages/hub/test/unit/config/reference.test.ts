// docs/hub.md has a row for every field of a configuration, as the schema has it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkHubConfig } from "@anyserial/hub/config";
import {
  CAPTURE_FIELDS,
  FRAMING_FIELDS,
  LISTEN_FIELDS,
  MEMBER_COMMON,
  memberKinds,
  NETWORK_FIELDS,
} from "#internal/config/fields.js";

const GUIDE = readFileSync(new URL("../../../../../docs/hub.md", import.meta.url), "utf8");

test("docs/hub.md documents every field with its default", () => {
  const tables = [NETWORK_FIELDS, FRAMING_FIELDS, MEMBER_COMMON, CAPTURE_FIELDS, LISTEN_FIELDS];
  const fields = [...tables, ...Object.values(memberKinds("/"))].flatMap((table) =>
    Object.entries(table),
  );

  for (const [name, { reader, help, ...field }] of fields) {
    const value = field.default === undefined ? "" : `\`${field.default}\``;
    const row = `\`${name}\` | ${reader.allowed} | ${value} | ${help} |`;
    assert.ok(GUIDE.includes(row), row);
  }
});

test("docs/hub.md shows configurations that are right", () => {
  const fences = [...GUIDE.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

  assert.ok(fences.length >= 3);
  for (const text of fences) {
    const whole = text.includes("networks:")
      ? text
      : `networks: {n: {members: {m: {port: m}}}}\n${text}`;
    assert.deepEqual(checkHubConfig(whole).problems, []);
  }
});
