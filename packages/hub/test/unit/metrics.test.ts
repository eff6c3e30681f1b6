// The state of a hub as Prometheus reads it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { renderMetrics } from "#internal/metrics.js";
import { healthOf } from "#internal/status.js";
import { snapshotOf } from "../helpers/service-fixtures.ts";

const SNAPSHOT = snapshotOf(
  {
    applicationOpen: true,
    in: { bytes: 10, messages: 2 },
    dropped: { bytes: 7, messages: 1 },
    queuedBytes: 512,
    stalled: true,
    stalls: 3,
    notReadForMs: 1500,
  },
  { name: "logger", error: "Cannot open port" },
);

test("renderMetrics() writes a sample for every member", async () => {
  const { text, contentType } = await renderMetrics(SNAPSHOT);

  assert.equal(contentType, "text/plain; version=0.0.4; charset=utf-8");
  for (const line of [
    "# TYPE anyserial_hub_received_bytes_total counter",
    'anyserial_hub_received_bytes_total{network="plant",member="meter"} 10',
    'anyserial_hub_received_messages_total{network="plant",member="meter"} 2',
    'anyserial_hub_dropped_bytes_total{network="plant",member="meter"} 7',
    'anyserial_hub_dropped_bytes_total{network="plant",member="logger"} 0',
    'anyserial_hub_stalls_total{network="plant",member="meter"} 3',
    'anyserial_hub_member_open{network="plant",member="meter"} 1',
    'anyserial_hub_member_stalled{network="plant",member="meter"} 1',
    'anyserial_hub_member_failed{network="plant",member="logger"} 1',
    'anyserial_hub_queued_bytes{network="plant",member="meter"} 512',
    'anyserial_hub_not_read_seconds{network="plant",member="meter"} 1.5',
    'anyserial_hub_network_members{network="plant"} 2',
    "anyserial_hub_start_time_seconds 1700000000",
  ]) {
    assert.ok(text.split("\n").includes(line), line);
  }
});

test("renderMetrics() writes OpenMetrics when asked", async () => {
  const { text, contentType } = await renderMetrics(SNAPSHOT, "openmetrics");

  assert.match(contentType, /^application\/openmetrics-text; version=1.0.0/);
  assert.match(text, /^# TYPE anyserial_hub_received_bytes counter$/m);
  assert.match(text, /^anyserial_hub_received_bytes_total\{network="plant",member="meter"\} 10$/m);
  assert.match(text, /# EOF\n$/);
});

test("renderMetrics() forgets members that are gone", async () => {
  await renderMetrics(SNAPSHOT);
  const { text } = await renderMetrics(snapshotOf({ name: "other" }));

  assert.doesNotMatch(text, /member="meter"/);
});

test("healthOf() names members that stalled or failed", () => {
  assert.deepEqual(healthOf(SNAPSHOT), {
    ok: false,
    problems: ["plant/meter: stalled", "plant/logger: Cannot open port"],
  });
  assert.deepEqual(healthOf(snapshotOf({})), { ok: true, problems: [] });
});
