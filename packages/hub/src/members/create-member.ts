// From a plan to a running member. Everything that needs waiting is done here, so that a hub that
// cannot start has started nothing.

import { resolve } from "node:path";
import { isSerialError, UnsupportedPlatformError } from "anyserial";
import { claimPortLink, type PortLink } from "anyserial/link";
import { serialPath } from "../config/own-paths.ts";
import type { PlannedFraming } from "../engine/framing.ts";
import type { Member, MemberHost } from "../engine/member.ts";
import { MemberRuntime, type RuntimeShared } from "../engine/member-runtime.ts";
import type { MemberPauses } from "../engine/pauses.ts";
import type { MemberPlan } from "../engine/plan.ts";
import { isPosix } from "../process/is-posix.ts";
import { AdapterMember, type CreateAdapter } from "./adapter-port.ts";
import { DeviceMember, loadDevice } from "./device.ts";
import { memberError } from "./member-error.ts";
import { ProcessMember } from "./process.ts";
import { type CreatePty, PtyPortMember } from "./pty-port.ts";
import { RemoteMember } from "./remote.ts";
import { type SerialOpener, SerialPortMember } from "./serial-port.ts";
import { StdioMember } from "./stdio.ts";
import { TcpMember } from "./tcp.ts";
import { UnixMember } from "./unix.ts";

/** Claims of this hub, by path. */
export type Claims = Map<string, PortLink>;

/** Dependencies of the runtimes. */
export interface MemberContext {
  readonly shared: RuntimeShared;
  /** Folder for relative paths. */
  readonly directory: string;
  readonly claims: Claims;
  /** Makes ptys; by default those of the system. */
  readonly createPty?: CreatePty | undefined;
  /** Plugs adapters in; by default into this system. */
  readonly createAdapter?: CreateAdapter | undefined;
  /** Opens real ports; by default the library. */
  readonly serialOpener?: SerialOpener | undefined;
  /** How long members wait before they try again. */
  readonly pauses?: MemberPauses | undefined;
  /** Comes between a member and its boundary: for tests, which let calls fail. */
  readonly wrap?: ((member: Member, plan: MemberPlan) => Member) | undefined;
}

/** Plan of a runtime. */
export interface RuntimePlan {
  readonly plan: MemberPlan;
  readonly framing: PlannedFraming;
  /** It takes the place of a member that works: then it has to work, too. */
  readonly isReplacement: boolean;
}

/**
 * Exhausted or occupied system resources, and a missing koffi, without which no port works: a hub
 * does not start with half of its members. After any other failure the hub starts, and the member
 * is retried.
 */
const FATAL: readonly unknown[] = [
  "EADDRINUSE",
  "EEXIST",
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ENOSPC",
  "ERR_SERIAL_KOFFI",
];

/**
 * Makes a member and its runtime; a path that this hub has already stays with its member until the
 * new one is published.
 *
 * @throws The reason that it cannot be made; nothing of it is left then.
 */
export async function createRuntime(
  wanted: RuntimePlan,
  around: MemberContext,
): Promise<MemberRuntime> {
  const { plan, framing, isReplacement } = wanted;
  const { shared, wrap, pauses } = around;
  const make = await makerOf(plan, around);
  const runtime: MemberRuntime = new MemberRuntime(plan, { shared, framing, pauses }, (host) => {
    const member = make(host, () => runtime);
    return wrap === undefined ? member : wrap(member, plan);
  });
  try {
    await runtime.member.open((error) => isReplacement || FATAL.includes(codeOf(error)));
  } catch (error) {
    await runtime.close();
    throw isSerialError(error) ? error : memberError({ action: startOf(runtime), cause: error });
  }
  return runtime;
}

function startOf({ name }: MemberRuntime): string {
  return `start member "${name}"`;
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | undefined)?.code;
}

/** Makes the member itself, while its runtime is being made. */
type Maker = (host: MemberHost, runtime: () => MemberRuntime) => Member;

async function makerOf(plan: MemberPlan, around: MemberContext): Promise<Maker> {
  const { config, network, name: member } = plan;
  const { directory, claims, createPty: create, createAdapter, pauses, serialOpener } = around;
  if ("port" in config) {
    if (!isPosix()) throw noPtys(plan);
    if (typeof config.port !== "string") {
      const { link } = config.port;
      // Elsewhere the member fails, with the reason, and the hub runs.
      const hasLink = link !== undefined && isPosix();
      const claim = hasLink ? await claimLink(resolve(directory, link), claims) : undefined;
      return (host) => new AdapterMember(config, { claim, create: createAdapter, pauses }, host);
    }
    const claim = await claimLink(resolve(directory, config.port), claims);
    return (host) =>
      new PtyPortMember(config, { claim, create, pauses, preset: plan.preset }, host);
  }
  if ("serial" in config) {
    const serial = serialPath(directory, config.serial);
    const parts = { directory, opener: serialOpener, pauses };
    return (host) => new SerialPortMember({ ...config, serial }, host, parts);
  }
  if ("tcp" in config) return (host, runtime) => new TcpMember(config, keepsOf(runtime), host);
  if ("unix" in config) {
    return (host, runtime) => new UnixMember(config, { directory, keeps: keepsOf(runtime) }, host);
  }
  if ("remote" in config) {
    return (host, runtime) =>
      new RemoteMember(config, { directory, options: () => runtime().plan.options }, host);
  }
  if ("stdio" in config) return (host) => new StdioMember(host);
  if ("process" in config) return (host) => new ProcessMember(config, directory, host);
  const device = await loadDevice(directory, config.device);
  return (host, runtime) => {
    const send = (bytes: Uint8Array): Promise<void> => runtime().ingress.give(bytes);
    return new DeviceMember(config, { network, member, device, send }, host);
  };
}

/** Whether bytes for an absent application or peer wait for the next one. */
function keepsOf(runtime: () => MemberRuntime): () => boolean {
  return () => runtime().plan.options.whenAbsent === "keep";
}

/** Without a kernel driver nothing of ours can appear as `COMn`. */
function noPtys({ network, name }: MemberPlan): UnsupportedPlatformError {
  return new UnsupportedPlatformError(
    `Cannot make member "${name}" of network "${network}": this system has no ptys to emulate ports with`,
    {
      code: "ERR_SERIAL_PLATFORM",
      operation: "create",
      hint: "use members of the kinds serial, tcp, process and device, or one end of a virtual pair such as com0com's as serial",
    },
  );
}

async function claimLink(path: string, claims: Claims): Promise<PortLink> {
  const claim = claims.get(path) ?? (await claimPortLink(path, { heldCode: "ERR_HUB_LOCKED" }));
  claims.set(path, claim);
  return claim;
}
