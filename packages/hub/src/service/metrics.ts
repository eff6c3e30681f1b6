// The state of a hub for Prometheus. Stateless: every scrape is rendered from one snapshot, so that
// removed members leave nothing behind.

import { Counter, Gauge, type OpenMetricsContentType, Registry } from "prom-client";
import type {
  ClusterSnapshot,
  HubSnapshot,
  LinkSnapshot,
  MemberSnapshot,
  NetworkSnapshot,
  TrafficCounts,
} from "../model/types.ts";
import { nextTurn } from "../process/timers.ts";

/** Text formats that can be asked for. */
export type MetricsFormat = "prometheus" | "openmetrics";

/** A rendered answer. */
export interface Metrics {
  readonly contentType: string;
  readonly text: string;
}

type AnyRegistry = Registry | Registry<OpenMetricsContentType>;

interface Metric<T> {
  readonly kind: "counter" | "gauge";
  readonly name: string;
  readonly help: string;
  /** @returns `undefined` while it is not known: the sample is left out. */
  read(source: T): number | undefined;
}

const TRAFFIC: readonly (readonly [string, string, (member: MemberSnapshot) => TrafficCounts])[] = [
  ["received", "received from the member", (member) => member.in],
  ["sent", "accepted by the member", (member) => member.out],
  ["dropped", "lost because the member did not take them", (member) => member.dropped],
  ["discarded", "not sent because no application or peer was there", (member) => member.discarded],
  ["faulted", "lost on purpose by dropRate", (member) => member.faulted],
];

const LINK_TRAFFIC: readonly (readonly [string, string, (link: LinkSnapshot) => TrafficCounts])[] =
  [
    ["sent", "sent to other hubs", (link) => link.out],
    ["received", "received from other hubs", (link) => link.in],
    ["dropped", "not sent to other hubs: cut off, or the spool was full", (link) => link.dropped],
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
  gauge("clients", "Clients that a remote member serves", (m) => m.clients?.length),
  gauge("settings_refused", "1 while the driver refuses the settings to follow", (m) =>
    m.follows === undefined ? undefined : +(m.follows.refused !== undefined),
  ),
  gauge("unread_bytes", "Bytes that the application could read", (m) => m.unreadBytes ?? undefined),
  gauge("queued_bytes", "Bytes that wait in the queue", (m) => m.queuedBytes),
  gauge("queued_messages", "Messages that wait in the queue", (m) => m.queuedMessages),
  gauge("queue_limit_bytes", "Bytes that may wait in the queue", (m) => m.queueLimitBytes),
  gauge("queue_high_water_bytes", "Most bytes that ever waited", (m) => m.highWaterBytes),
  gauge("not_read_seconds", "Time that bytes wait with nothing taken", (m) => m.notReadForMs / 1e3),
];

const NETWORK_METRICS: readonly Metric<NetworkSnapshot>[] = [
  gauge("network_paused", "1 while backpressure keeps senders waiting", (n) => +n.paused),
  gauge("network_members", "Members of the network", (n) => n.members.length),
];

const LINK_METRICS: readonly Metric<LinkSnapshot>[] = [
  gauge("link_up", "1 while the network is connected with other hubs", (link) => +link.up),
  ...LINK_TRAFFIC.flatMap(([name, text, read]): Metric<LinkSnapshot>[] => [
    counter(`link_${name}_bytes_total`, `Bytes ${text}`, (link) => read(link).bytes),
    counter(`link_${name}_messages_total`, `Messages ${text}`, (link) => read(link).messages),
  ]),
  counter(
    "link_missing_messages_total",
    "Messages of other hubs that are lost",
    (link) => link.missingMessages,
  ),
  counter(
    "link_duplicate_messages_total",
    "Messages that came again",
    (link) => link.duplicateMessages,
  ),
  counter(
    "link_invalid_messages_total",
    "Bytes that were no message",
    (link) => link.invalidMessages,
  ),
  gauge("link_spool_bytes", "Bytes that wait for the stream", (link) => link.spoolBytes),
  gauge(
    "link_spool_limit_bytes",
    "Bytes that may wait for the stream",
    (link) => link.spoolLimitBytes,
  ),
];

const CLUSTER_METRICS: readonly Metric<ClusterSnapshot>[] = [
  gauge("cluster_up", "1 while the hub is connected with the cluster", (cluster) => +cluster.up),
  gauge("cluster_hubs", "Other hubs that are there", (cluster) => cluster.hubs.length),
  gauge("cluster_round_trip_seconds", "Time to the server and back", ({ roundTripMs }) =>
    roundTripMs === undefined ? undefined : roundTripMs / 1e3,
  ),
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
): Promise<Metrics> {
  const parts: string[] = [];
  for (const family of familiesOf(snapshot)) {
    parts.push(await renderFamily(family, format));
    await nextTurn();
  }
  const { contentType } = createRegistry(format);
  if (format === "prometheus") return { contentType, text: parts.join("\n") };
  return { contentType, text: parts.map((part) => part.replace(END, "")).join("") + END };
}

/** A sample, unless its value is not known. */
function sampleOf(labels: Record<string, string>, value: number | undefined): Sample[] {
  return value === undefined ? [] : [[labels, value]];
}

function* familiesOf({ startedAt, networks, cluster }: HubSnapshot): Generator<Family> {
  const help = "When the hub was started, in seconds since 1970";
  const metric = { kind: "gauge", name: "start_time_seconds", help } as const;
  yield { metric, samples: () => [[{}, startedAt / 1000]] };
  for (const one of NETWORK_METRICS) {
    const samples = (): Samples =>
      networks.flatMap((network) => sampleOf({ network: network.name }, one.read(network)));
    yield { metric: one, samples };
  }
  for (const one of MEMBER_METRICS) {
    const samples = (): Samples =>
      networks.flatMap(({ name: network, members }) =>
        members.flatMap((member) => sampleOf({ network, member: member.name }, one.read(member))),
      );
    yield { metric: one, samples };
  }
  yield lineFamily(networks);
  if (cluster !== undefined) yield* clusterFamilies(cluster);
}

function* clusterFamilies(cluster: ClusterSnapshot): Generator<Family> {
  for (const one of CLUSTER_METRICS) {
    yield { metric: one, samples: () => sampleOf({}, one.read(cluster)) };
  }
  for (const one of LINK_METRICS) {
    const samples = (): Samples =>
      cluster.links.flatMap((link) => sampleOf({ network: link.network }, one.read(link)));
    yield { metric: one, samples };
  }
}

/** A sample for each line of each member whose lines are known. */
function lineFamily(networks: readonly NetworkSnapshot[]): Family {
  const metric = { kind: "gauge", name: "line", help: "1 while the line is asserted" } as const;
  const samplesOf = (network: string, { name: member, lines }: MemberSnapshot): Samples =>
    Object.entries(lines ?? {}).map(([line, level]) => [{ network, member, line }, +level]);
  const samples = (): Samples =>
    networks.flatMap(({ name, members }) => members.flatMap((one) => samplesOf(name, one)));
  return { metric, samples };
}

type Sample = readonly [Record<string, string>, number];
type Samples = readonly Sample[];

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

function counter<T>(name: string, help: string, read: Metric<T>["read"]): Metric<T> {
  return { kind: "counter", name, help, read };
}

function gauge<T>(name: string, help: string, read: Metric<T>["read"]): Metric<T> {
  return { kind: "gauge", name, help, read };
}
