// From a plan to a member that runs: what has to be waited for is waited for here, so that a hub
// that cannot start has started nothing.

import { resolve } from "node:path";
import { UnsupportedPlatformError } from "anyserial";
import type { Framing } from "./framing/framing.ts";
import { LinkClaim } from "./links.ts";
import { DeviceMember, loadDevice } from "./members/device.ts";
import type { Member, MemberHost } from "./members/member.ts";
import { ProcessMember, StdioMember } from "./members/process.ts";
import { PtyPortMember } from "./members/pty-port.ts";
import { SerialPortMember } from "./members/serial-port.ts";
import { TcpMember } from "./members/tcp.ts";
import type { MemberPlan } from "./plan.ts";
import { isPosix } from "./posix.ts";
import { Station, type StationShared } from "./station.ts";

/** Claims of this hub, by path. */
export type Claims = Map<string, LinkClaim>;

/** What stations are made with. */
export interface Surroundings {
  readonly shared: StationShared;
  /** What relative paths start from. */
  readonly directory: string;
  readonly claims: Claims;
}

/**
 * Makes a member and its station; a path that this hub has already stays with its member until the
 * new one is published.
 *
 * @throws The reason that it cannot be made; nothing of it is left then.
 */
export async function createStation(
  plan: MemberPlan,
  framing: Framing,
  around: Surroundings,
): Promise<Station> {
  const { config } = plan;
  const build = (make: (host: MemberHost) => Member): Station =>
    new Station(plan, { shared: around.shared, framing }, make);
  if ("port" in config) {
    if (!isPosix()) throw noPtys(plan);
    const claim = claimLink(resolve(around.directory, config.port), around.claims);
    return opened(build, (host) => new PtyPortMember(config, claim, host));
  }
  if ("serial" in config) return build((host) => new SerialPortMember(config, host));
  if ("tcp" in config) return opened(build, (host) => new TcpMember(config, host));
  if ("stdio" in config) return opened(build, (host) => new StdioMember(host));
  if ("process" in config) {
    return opened(build, (host) => new ProcessMember(config, around.directory, host));
  }
  const definition = await loadDevice(around.directory, config.device);
  const { network, name: member } = plan;
  const station: Station = build((host) => {
    const send = (bytes: Uint8Array): Promise<void> => station.inlet.give(bytes);
    return new DeviceMember(config, { network, member, definition, send }, host);
  });
  return station;
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

function claimLink(path: string, claims: Claims): LinkClaim {
  const claim = claims.get(path) ?? LinkClaim.take(path);
  claims.set(path, claim);
  return claim;
}

async function opened<M extends Member & { open(): Promise<void> }>(
  build: (make: (host: MemberHost) => Member) => Station,
  make: (host: MemberHost) => M,
): Promise<Station> {
  let member: M | undefined;
  const station = build((host) => {
    member = make(host);
    return member;
  });
  try {
    await member?.open();
  } catch (error) {
    await station.close();
    throw error;
  }
  return station;
}
