// The state of a hub's cluster as lines. Pure; names that other hubs chose are made safe for the terminal.

import type { ClusterSnapshot, LinkSnapshot, RemoteHub, RemoteNetwork } from "@anyserial/hub";
import { oneLine } from "../../text/printable.ts";
import { formatBytes } from "./quantities.ts";

/**
 * Draws the state of a cluster.
 *
 * @param cluster Its state; `undefined` where the hub has none.
 * @returns Lines without line ends.
 */
export function drawCluster(cluster: ClusterSnapshot | undefined): readonly string[] {
  if (cluster === undefined) return ["this hub has no cluster section"];
  return [
    `hub ${oneLine(cluster.name)}   ${stateText(cluster)}`,
    ...cluster.links.flatMap((link) => ["", ...linkLines(link)]),
    ...cluster.hubs.flatMap((hub) => ["", ...hubLines(hub)]),
  ];
}

function stateText({ up, server, roundTripMs, error }: ClusterSnapshot): string {
  if (!up) return `CUT OFF: ${oneLine(error ?? "not connected yet")}`;
  const time = roundTripMs === undefined ? "" : `, ${roundTripMs.toFixed(1)} ms there and back`;
  return `connected by ${oneLine(server ?? "")}${time}`;
}

function linkLines(link: LinkSnapshot): readonly string[] {
  const order = link.order === "total" ? ", total order" : "";
  const lines = [
    `${oneLine(link.network)}   ${link.shared}${order}   ${link.up ? "up" : "DOWN"}`,
    `  sent ${amount(link.out)}, received ${amount(link.in)}`,
    `  not sent ${amount(link.dropped)}, missing ${link.missingMessages}, duplicates ${link.duplicateMessages}, invalid ${link.invalidMessages}`,
  ];
  if (link.shared === "live") return lines;
  const spool = `${formatBytes(link.spoolBytes)} of ${formatBytes(link.spoolLimitBytes)}`;
  return [...lines, `  spool ${spool}, ${link.spoolMessages} messages`];
}

function amount({ bytes, messages }: LinkSnapshot["in"]): string {
  return `${formatBytes(bytes)} in ${messages}`;
}

function hubLines({ name, host, pid, networks }: RemoteHub): readonly string[] {
  return [
    `hub ${oneLine(name)}   ${oneLine(host)}, process ${pid}`,
    ...networks.map((network) => `  ${networkText(network)}`),
  ];
}

function networkText({ name, shared, members }: RemoteNetwork): string {
  const all = members.map((member) => {
    const state = member.stalled ? "stalled" : member.open ? "open" : "closed";
    return `${oneLine(member.name)} ${state}`;
  });
  return `${oneLine(name)}   ${shared}   ${all.join(", ")}`;
}
