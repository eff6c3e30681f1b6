// The state of a hub for Prometheus. Stateless: every scrape is made of one snapshot, so that members
// which are gone leave nothing behind.

import { setImmediate as nextTurn } from "node:timers/promises";
import { Counter, Gauge, type OpenMetricsContentType, Registry } from "prom-client";
import type { HubSnapshot, MemberSnapshot, NetworkSnapshot, TrafficCounts } from "./types.ts";

/** Text formats that can be asked for. */
export type MetricsFormat = "prometheus" | "openmetrics";

type AnyRegistry = Registry | Registry<OpenMetricsContentType>;

interface Metric<T> {
  readonly kind: "counter" | "gauge";
  readonly name: string;
  readonly help: string;
  read(source: T): number;
}

const TRAFFIC: readonly (readonly [string, string, (member: MemberSnapshot) => TrafficCounts])[] = [
  ["received", "received from the member", (member) => member.in],
  ["sent", "accepted by the member", (member) => member.out],
  ["dropped", "lost because the member did not take them", (member) => member.dropped],
  ["discarded", "not sent because nobody was there", (member) => member.discarded],
  ["faulted", "lost on purpose by dropRate", (member) => member.faulted],
];

const MEMBER_METRICS: readonly Metric<MemberSnapshot>[] = [
  ...TRAFFIC.flatMap(([name, text, read]): Metric<MemberSnapshot>[] => [
    counter(`${name}_bytes_total`, `Bytes ${text}`, (member) => read(member).bytes),
    counter(`${name}_messages_total`, `Messages ${text}`, (member) => read(member).messages),
  ]),
  counter("stalls_total", "Times that the member stalled", (member) => member.stalls),
  gauge("member_open", "1 while an application or peer is there", (m) => +m.applicationOpen),
  gauge("member_stalled", "1 while the member has stalled", (m) => +m.stalled),
  gauge("member_failed", "1 while the member is out of order", (m) => +(m.error !== undefined)),
  gauge("unread_bytes", "Bytes that the application could read", (m) => m.unreadBytes),
  gauge("queued_bytes", "Bytes that wait in the queue", (m) => m.queuedBytes),
  gauge("queued_messages", "Messages that wait in the queue", (m) => m.queuedMessages),
  gauge("queue_limit_bytes", "Bytes that may wait in the queue", (m) => m.queueLimit),
  gauge("queue_high_water_bytes", "Most bytes that ever waited", (m) => m.highWaterMark),
  gauge("not_read_seconds", "Time that bytes wait with nothing taken", (m) => m.notReadForMs / 1e3),
];

const NETWORK_METRICS: readonly Metric<NetworkSnapshot>[] = [
  gauge("network_paused", "1 while backpressure keeps senders waiting", (n) => +n.paused),
  gauge("network_members", "Members of the network", (n) => n.members.length),
];

/** A metric with its samples. */
interface Family {
  readonly metric: Pick<Metric<unknown>, "kind" | "name" | "help">;
  readonly samples: () => Samples;
}

const END = "# EOF\n";

/**
 * Writes the metrics of a hub. Gives way to the traffic after each of them: those of 256 members would
 * hold it up for tens of milliseconds.
 *
 * @param snapshot Its state.
 * @param format Text format.
 * @returns The text, and its content type.
 */
export async function renderMetrics(
  snapshot: HubSnapshot,
  format: MetricsFormat = "prometheus",
): Promise<{ readonly contentType: string; readonly text: string }> {
  const parts: string[] = [];
  for (const family of familiesOf(snapshot)) {
    parts.push(await renderFamily(family, format));
    await nextTurn();
  }
  const { contentType } = createRegistry(format);
  if (format === "prometheus") return { contentType, text: parts.join("\n") };
  return { contentType, text: parts.map((part) => part.replace(END, "")).join("") + END };
}

function* familiesOf({ startedAt, networks }: HubSnapshot): Generator<Family> {
  const help = "When the hub was started, in seconds since 1970";
  const metric = { kind: "gauge", name: "start_time_seconds", help } as const;
  yield { metric, samples: () => [[{}, startedAt / 1000]] };
  for (const one of NETWORK_METRICS) {
    const samples = (): Samples =>
      networks.map((network) => [{ network: network.name }, one.read(network)]);
    yield { metric: one, samples };
  }
  for (const one of MEMBER_METRICS) {
    const samples = (): Samples =>
      networks.flatMap(({ name: network, members }) =>
        members.map((member) => [{ network, member: member.name }, one.read(member)] as const),
      );
    yield { metric: one, samples };
  }
}

type Samples = readonly (readonly [Record<string, string>, number])[];

async function renderFamily({ metric, samples }: Family, format: MetricsFormat): Promise<string> {
  const registry = createRegistry(format);
  const [[labels = {}] = []] = [...samples()];
  const { kind, name, help } = metric;
  const labelNames = Object.keys(labels);
  const options = { name: `anyserial_hub_${name}`, help, labelNames, registers: [registry] };
  const collected = kind === "counter" ? new Counter(options) : new Gauge(options);
  for (const [where, value] of samples()) collected.inc(where, value);
  return registry.metrics();
}

function createRegistry(format: MetricsFormat): AnyRegistry {
  if (format === "prometheus") return new Registry();
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

function counter<T>(name: string, help: string, read: (source: T) => number): Metric<T> {
  return { kind: "counter", name, help, read };
}

function gauge<T>(name: string, help: string, read: (source: T) => number): Metric<T> {
  return { kind: "gauge", name, help, read };
}
