// The state of a hub as Prometheus reads it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { healthOf } from "../../../dist/model/status.js";
import { renderMetrics } from "../../../dist/service/metrics.js";
import { snapshotOf } from "../../helpers/service-fixtures.ts";

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

test("renderMetrics() writes the way to other hubs, where there is one", async () => {
  const counts = { bytes: 5, messages: 1 };
  const link = {
    ...({ network: "plant", shared: "durable", order: "sender", up: true } as const),
    ...{ out: counts, in: counts, dropped: counts, missingMessages: 4 },
    ...{ duplicateMessages: 0, invalidMessages: 0 },
    ...{ spoolBytes: 7, spoolMessages: 1, spoolLimitBytes: 100 },
  };
  const cluster = { name: "a", up: true, roundTripMs: 2, links: [link], hubs: [] };
  const { text } = await renderMetrics({ ...SNAPSHOT, cluster });

  for (const line of [
    "anyserial_hub_cluster_up 1",
    "anyserial_hub_cluster_round_trip_seconds 0.002",
    'anyserial_hub_link_up{network="plant"} 1',
    'anyserial_hub_link_missing_messages_total{network="plant"} 4',
    'anyserial_hub_link_dropped_bytes_total{network="plant"} 5',
    'anyserial_hub_link_spool_bytes{network="plant"} 7',
  ]) {
    assert.ok(text.split("\n").includes(line), line);
  }
  assert.doesNotMatch((await renderMetrics(SNAPSHOT)).text, /cluster/);
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

test("renderMetrics() writes clients, refused settings, and each line of a member that has lines", async () => {
  const lines = {
    dtr: true,
    rts: false,
    cts: true,
    dsr: false,
    dcd: false,
    ri: false,
    break: false,
  };
  const client = { peer: "127.0.0.1:1", queuedBytes: 0, droppedBytes: 0 };
  const { text } = await renderMetrics(
    snapshotOf(
      { lines, clients: [client, client] },
      { name: "real", follows: { member: "meter", refused: "no such rate" } },
    ),
  );

  for (const line of [
    'anyserial_hub_clients{network="plant",member="meter"} 2',
    'anyserial_hub_settings_refused{network="plant",member="real"} 1',
    'anyserial_hub_line{network="plant",member="meter",line="dtr"} 1',
    'anyserial_hub_line{network="plant",member="meter",line="rts"} 0',
  ]) {
    assert.ok(text.split("\n").includes(line), line);
  }
  assert.doesNotMatch(text, /line\{network="plant",member="real"/);
});

test("healthOf() names a port whose driver refuses the settings to follow", () => {
  const follows = { member: "meter", refused: "no such rate" };

  assert.deepEqual(healthOf(snapshotOf({ name: "real", follows })).problems, [
    "plant/real: no such rate",
  ]);
});
