// The description of a hub for the others, as text: read with care, since it may come from anywhere.

import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { MemberRuntime } from "../engine/member-runtime.ts";
import type { NetworkPlan } from "../engine/plan.ts";
import type { RemoteHub, RemoteMember, RemoteMemberEvent, RemoteNetwork } from "../model/types.ts";

/** A hub with fields that only its own machine understands. */
export interface HubText extends RemoteHub {
  /** This start of it, and no other. */
  readonly id: string;
  /** Where its process number means something; empty where that is not known. */
  readonly machine: string;
}

const TEXT_MAX = 256 * 1024;
const EVENT_MAX = 16 * 1024;
const WORD_MAX = 200;
const LIST_MAX = 1024;

/**
 * Describes one network of this hub.
 *
 * @param plan The network; it is shared.
 * @param runtimes Its members.
 */
export function describeNetwork(
  { name, topology, framing, sharing }: NetworkPlan,
  runtimes: readonly MemberRuntime[],
): RemoteNetwork {
  const members = runtimes.map(({ plan, member, egress }) => ({
    name: plan.name,
    kind: plan.kind,
    role: plan.role,
    open: member.isPresent,
    stalled: egress.stall.isStalled,
  }));
  const { shared = "live", order = "sender" } = sharing ?? {};
  return { name, shared, order, topology, framing: framing.kind, members };
}

/** Describes this process. */
export function describeSelf(
  name: string,
  id: string,
  networks: readonly RemoteNetwork[],
): HubText {
  const startedAt = Math.round(Date.now() - process.uptime() * 1000);
  const { pid } = process;
  return { name, id, host: hostname(), machine: machineId(), pid, startedAt, networks };
}

/**
 * Reads the description of a hub.
 *
 * @param name Its name, which the servers know.
 * @param text Anything.
 * @returns `undefined` for anything else.
 */
export function readHub(name: string, text: string): HubText | undefined {
  const value = text.length > TEXT_MAX ? undefined : parse(text);
  if (value === undefined) return undefined;
  return {
    name,
    id: word(value["id"]),
    machine: word(value["machine"]),
    host: word(value["host"]),
    pid: number(value["pid"]),
    startedAt: number(value["startedAt"]),
    networks: list(value["networks"]).map(readNetwork),
  };
}

/** Returns whether a hub is known not to run any more: it ran here, and its process is gone. */
export function isDead({ machine, pid }: HubText): boolean {
  if (machine === "" || machine !== machineId() || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Says where a hub is, for people. */
export function placeOf({ host, pid }: RemoteHub): string {
  return `${host}, process ${pid}`;
}

/** Turns an event of a member into text for the other hubs. */
export function writeEvent(member: string, event: object): string {
  const plain = Object.entries(event).flatMap(([key, value]) => {
    if (value instanceof Error) return [["message", value.message.slice(0, WORD_MAX)]];
    return ["string", "number", "boolean"].includes(typeof value) ? [[key, value]] : [];
  });
  const settings = (event as { readonly settings?: object }).settings ?? {};
  return JSON.stringify({ member, event: { ...settings, ...Object.fromEntries(plain) } });
}

/**
 * Reads an event of a member on another hub.
 *
 * @param text Anything.
 * @returns `undefined` for anything that {@link writeEvent} does not write.
 */
export function readEvent(
  text: string,
): { readonly member: string; readonly event: RemoteMemberEvent } | undefined {
  const value = text.length > EVENT_MAX ? undefined : parse(text);
  const event = value?.["event"];
  const member = word(value?.["member"]);
  if (!isObject(event) || member === "" || word(event["type"]) === "") return undefined;
  const fields = Object.entries(event)
    .slice(0, 16)
    .flatMap(([key, one]) => {
      if (typeof one === "string") return [[word(key), word(one)]];
      return typeof one === "boolean" || Number.isFinite(one) ? [[word(key), one]] : [];
    });
  return { member, event: Object.fromEntries(fields) as RemoteMemberEvent };
}

function readNetwork(value: Record<string, unknown>): RemoteNetwork {
  return {
    name: word(value["name"]),
    shared: value["shared"] === "durable" ? "durable" : "live",
    order: value["order"] === "total" ? "total" : "sender",
    topology: word(value["topology"]) as RemoteNetwork["topology"], // of another version, maybe
    framing: word(value["framing"]) as RemoteNetwork["framing"],
    members: list(value["members"]).map(readMember),
  };
}

function readMember(value: Record<string, unknown>): RemoteMember {
  return {
    name: word(value["name"]),
    kind: word(value["kind"]) as RemoteMember["kind"],
    role: word(value["role"]) as RemoteMember["role"],
    open: value["open"] === true,
    stalled: value["stalled"] === true,
  };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.slice(0, LIST_MAX).filter(isObject) : [];
}

/** Text without control characters, so that no log is led astray. */
function word(value: unknown): string {
  return typeof value === "string" ? value.slice(0, WORD_MAX).replace(/\p{Cc}/gu, "?") : "";
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** Two processes with the same one can ask for each other by number. */
function machineId(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return ""; // not on Linux
  }
}
