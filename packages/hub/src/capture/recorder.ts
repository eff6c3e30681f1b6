// Records the traffic of a hub: every message received, sent and lost, and the events of the
// members. Each member is an interface of the capture, named `network/member`.

import { validateCapture } from "../config/validate.ts";
import type {
  CaptureConfig,
  HubEvent,
  LinePoint,
  MemberLines,
  TrafficPoint,
} from "../model/types.ts";
import { CaptureFile } from "./capture-file.ts";
import { checkRecorder } from "./check-options.ts";
import type { RecorderOptions } from "./options.ts";
import { type CapturePacket, encodeInterface, encodePacket, encodeSection } from "./pcapng.ts";
import { LINKTYPE_RTAC_SERIAL, type RtacEvent } from "./rtac-serial.ts";

const EVENTS = { in: "received", out: "transmitted", drop: "overflow" } as const;

/** One entry, before its interface id in the file is known. */
interface Happening extends Omit<CapturePacket, "interfaceId"> {
  readonly network: string;
  readonly member: string;
}

/** One entry, encoded as blocks. */
interface Encoded {
  readonly blocks: readonly Uint8Array[];
  /** Those of them that say how to read what follows. */
  readonly descriptions: readonly Uint8Array[];
  readonly interfaceId: number;
}

/** Records to files, one after the other. */
export class Recorder {
  readonly #file: CaptureFile;
  readonly #maxSize: number;
  /** Interfaces that the current file describes. */
  readonly #interfaces = new Map<string, number>();
  /** Levels of each member's lines, by name. */
  readonly #lines = new Map<string, MemberLines>();
  #fileBytes = 0;
  #lost = 0;

  /**
   * @param config Path, already resolved, and limits.
   * @param options Listeners.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — something in one of the two is wrong.
   */
  constructor(config: CaptureConfig, options: RecorderOptions) {
    checkRecorder(config, options);
    const { file, keep, maxSize } = validateCapture(config);
    this.#file = new CaptureFile({ ...options, file, keep });
    this.#maxSize = maxSize;
  }

  /**
   * Makes the first file.
   *
   * @throws `ConfigurationError` `EEXIST` — something that is no capture is at the path.
   * @throws The system's error — it cannot be made.
   */
  async open(): Promise<void> {
    await this.#file.open();
    const section = encodeSection(); // also a capture of nothing is one
    this.#file.append([section], [section]);
    this.#fileBytes = section.length;
  }

  /** Packets that were not recorded because the disk was too slow, since the last that was. */
  get lost(): number {
    return this.#lost;
  }

  /** Takes a message: a listener of `traffic`. Returns at once, whatever the disk does. */
  readonly onTraffic = (point: TrafficPoint, bytes: Uint8Array): void => {
    const { network, member, timestampNs, direction } = point;
    this.#record({ network, member, timestampNs, event: EVENTS[direction], bytes });
  };

  /** Records levels of lines: a listener of `lines`. */
  readonly onLines = ({ network, member, timestampNs, lines }: LinePoint): void => {
    const name = nameOf({ network, member });
    const comment = changesOf(lines, this.#lines.get(name));
    this.#lines.set(name, lines);
    const packet = { timestampNs, event: "status", bytes: new Uint8Array() } as const;
    this.#record({ ...packet, network, member, comment });
  };

  /** Records an event of a member. */
  readonly onEvent = (event: HubEvent): void => {
    if (!("network" in event)) return;
    const { network } = event;
    const member = "member" in event ? event.member : "hub" in event ? event.hub : undefined;
    if (member === undefined) return;
    const timestampNs = BigInt(Math.round(event.time * 1000)) * 1000n;
    const packet = { timestampNs, event: "status", bytes: new Uint8Array() } as const;
    this.#record({ ...packet, network, member, comment: commentOf(event) });
  };

  /**
   * Writes the waiting blocks and closes the file.
   *
   * @throws The system's error — the file cannot be closed.
   */
  async close(): Promise<void> {
    await this.#file.close();
  }

  #record(happening: Happening): void {
    if (this.#file.isEnded) return;
    let { blocks, descriptions, interfaceId } = this.#encode(happening);
    if (this.#fileBytes + bytesOf(blocks) > this.#maxSize && this.#interfaces.size > 0) {
      this.#file.rotate();
      this.#interfaces.clear();
      this.#fileBytes = 0;
      ({ blocks, descriptions, interfaceId } = this.#encode(happening));
    }
    if (!this.#file.append(blocks, descriptions)) {
      this.#lost++;
      return;
    }
    this.#interfaces.set(nameOf(happening), interfaceId);
    this.#fileBytes += bytesOf(blocks);
    this.#lost = 0;
  }

  #encode(happening: Happening): Encoded {
    const { network: _network, member: _member, ...rest } = happening;
    const name = nameOf(happening);
    const what = { ...rest, lines: this.#lines.get(name) };
    const known = this.#interfaces.get(name);
    const interfaceId = known ?? this.#interfaces.size;
    const descriptions = this.#fileBytes === 0 ? [encodeSection()] : [];
    if (known === undefined) descriptions.push(encodeInterface(LINKTYPE_RTAC_SERIAL, name));
    const blocks = [...descriptions];
    const lost = this.#lost;
    if (lost > 0) blocks.push(encodePacket(gap(interfaceId, lost, what.timestampNs)));
    blocks.push(encodePacket({ ...what, interfaceId }));
    return { blocks, descriptions, interfaceId };
  }
}

/** Names the lines that have changed, as in `DTR on, BREAK off`. */
function changesOf(lines: MemberLines, before: MemberLines | undefined): string {
  const names = Object.keys(lines) as (keyof MemberLines)[]; // its keys
  const changed = names.filter((name) => lines[name] !== (before?.[name] ?? false));
  const words = changed.map((name) => `${name.toUpperCase()} ${lines[name] ? "on" : "off"}`);
  return words.length === 0 ? "lines off" : words.join(", ");
}

function nameOf({ network, member }: Pick<Happening, "network" | "member">): string {
  return `${network}/${member}`;
}

/** Marks in the file that packets are missing. */
function gap(interfaceId: number, lost: number, timestampNs: bigint): CapturePacket {
  const event: RtacEvent = "captureLost";
  const comment = `${lost} packets were not recorded: the disk was too slow`;
  return { interfaceId, event, timestampNs, bytes: new Uint8Array(), comment, lost };
}

function bytesOf(blocks: readonly Uint8Array[]): number {
  return blocks.reduce((sum, block) => sum + block.length, 0);
}

/** Describes an event in a recording. */
function commentOf(event: HubEvent): string {
  if (event.type === "gap") return `gap: ${event.messages} messages, ${event.from} to ${event.to}`;
  return event.type === "remote" ? event.event.type : event.type;
}
