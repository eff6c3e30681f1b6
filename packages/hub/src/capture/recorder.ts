// Records the traffic of a hub: every message in, out and lost, and what happened to the members. Each
// member is an interface of the capture, named `network/member`.

import type { CaptureConfig, HubEvent, TapPoint } from "../types.ts";
import { CaptureFile } from "./capture-file.ts";
import { type CapturePacket, encodeInterface, encodePacket, encodeSection } from "./pcapng.ts";
import { LINKTYPE_RTAC_SERIAL, type RtacEvent } from "./rtac-serial.ts";

const MAX_SIZE_BYTES = 64 * 1024 * 1024;
const KEEP = 5;

const EVENTS = { in: "received", out: "transmitted", drop: "overflow" } as const;

/** Options of {@link Recorder}, beside the configuration. */
export interface RecorderOptions {
  /** Hears of the failure that ended the recording; called once at most. */
  readonly onError: (error: Error) => void;
}

/** What is recorded, before it is known where in the file. */
interface Happening extends Omit<CapturePacket, "interfaceId"> {
  readonly network: string;
  readonly member: string;
}

/** Records to files, one after the other. */
export class Recorder {
  readonly #file: CaptureFile;
  readonly #maxSize: number;
  /** Interfaces that the current file describes. */
  readonly #interfaces = new Map<string, number>();
  #fileBytes = 0;
  #lost = 0;

  /**
   * @param config Path, already resolved, and limits.
   * @param options Who hears of a failure.
   */
  constructor(config: CaptureConfig, options: RecorderOptions) {
    const { file, keep = KEEP, maxSize = MAX_SIZE_BYTES } = config;
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
    this.#file.append([section]);
    this.#fileBytes = section.length;
  }

  /** Packets that were not recorded because the disk was too slow, since the last that was. */
  get lost(): number {
    return this.#lost;
  }

  /** Takes a message; a `TrafficTap`. Returns at once, whatever the disk does. */
  readonly tap = (point: TapPoint, bytes: Uint8Array): void => {
    const { network, member, timestampNs, direction } = point;
    this.#record({ network, member, timestampNs, event: EVENTS[direction], bytes });
  };

  /** Takes what happened to a member. */
  readonly onEvent = (event: HubEvent): void => {
    if (!("member" in event)) return;
    const { network, member } = event;
    const timestampNs = BigInt(Math.round(event.time * 1000)) * 1000n;
    const packet = { timestampNs, event: "status", bytes: new Uint8Array() } as const;
    this.#record({ ...packet, network, member, comment: event.type });
  };

  /**
   * Writes what waits and closes the file.
   *
   * @throws The system's error — the file cannot be closed.
   */
  async close(): Promise<void> {
    await this.#file.close();
  }

  #record(happening: Happening): void {
    if (this.#file.isEnded) return;
    let { blocks, interfaceId } = this.#encode(happening);
    if (this.#fileBytes + bytesOf(blocks) > this.#maxSize && this.#interfaces.size > 0) {
      this.#file.rotate();
      this.#interfaces.clear();
      this.#fileBytes = 0;
      ({ blocks, interfaceId } = this.#encode(happening));
    }
    if (!this.#file.append(blocks)) {
      this.#lost++;
      return;
    }
    this.#interfaces.set(nameOf(happening), interfaceId);
    this.#fileBytes += bytesOf(blocks);
    this.#lost = 0;
  }

  #encode(happening: Happening): { blocks: Uint8Array[]; interfaceId: number } {
    const { network: _network, member: _member, ...what } = happening;
    const name = nameOf(happening);
    const known = this.#interfaces.get(name);
    const interfaceId = known ?? this.#interfaces.size;
    const blocks: Uint8Array[] = this.#fileBytes === 0 ? [encodeSection()] : [];
    if (known === undefined) blocks.push(encodeInterface(LINKTYPE_RTAC_SERIAL, name));
    const lost = this.#lost;
    if (lost > 0) blocks.push(encodePacket(gap(interfaceId, lost, what.timestampNs)));
    blocks.push(encodePacket({ ...what, interfaceId }));
    return { blocks, interfaceId };
  }
}

function nameOf({ network, member }: Happening): string {
  return `${network}/${member}`;
}

/** Tells in the file that packets are missing. */
function gap(interfaceId: number, lost: number, timestampNs: bigint): CapturePacket {
  const event: RtacEvent = "captureLost";
  const comment = `${lost} packets were not recorded: the disk was too slow`;
  return { interfaceId, event, timestampNs, bytes: new Uint8Array(), comment, lost };
}

function bytesOf(blocks: readonly Uint8Array[]): number {
  return blocks.reduce((sum, block) => sum + block.length, 0);
}
