// A device in TypeScript or JavaScript as a member: loaded from a file that the configuration names.

import { realpathSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigurationError } from "anyserial";
import { checkBytes } from "../arguments/checks.ts";
import { DEVICE_EXTENSIONS } from "../config/paths.ts";
import type { Member, MemberHost } from "../engine/member.ts";
import type { DeviceMemberConfig, MemberSettings } from "../model/types.ts";
import { errorOf } from "../process/error-of.ts";
import {
  type DeviceAnswer,
  type DeviceBytes,
  type DeviceContext,
  type DeviceDefinition,
  isDevice,
} from "./define-device.ts";
import {
  addDevice,
  type DeviceOwner,
  leaveDevice,
  removeDevice,
  runDevice,
} from "./device-scope.ts";
import { UnreadMark } from "./unread-mark.ts";

/** Bytes that may wait for a device that is busy with a message. */
const MOST_PENDING = 16_384;

/** Dependencies of a device. */
export interface DeviceParts {
  readonly network: string;
  readonly member: string;
  readonly device: LoadedDevice;
  /** Sends in the member's name. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
}

/** A device and where it is from. */
export interface LoadedDevice {
  readonly definition: DeviceDefinition;
  /** URL of its module. */
  readonly url: string;
}

/**
 * Loads a device.
 *
 * @param directory Folder for relative paths.
 * @param file Path of a JavaScript or, where Node.js can run it, TypeScript module.
 * @throws `ConfigurationError` `ERR_HUB_DEVICE` — it is no such file, or exports no device.
 */
export async function loadDevice(directory: string, file: string): Promise<LoadedDevice> {
  if (!DEVICE_EXTENSIONS.includes(extname(file))) {
    throw deviceError(file, `its name does not end with ${DEVICE_EXTENSIONS.join(", ")}`);
  }
  let url: URL;
  try {
    const path = realpathSync(resolve(directory, file));
    const { mtimeMs } = statSync(path);
    url = pathToFileURL(path);
    url.searchParams.set("changed", String(mtimeMs)); // a reload loads the file as it is now
  } catch (error) {
    throw deviceError(file, `it cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  }
  const exported = await importModule(file, url);
  const definition = Object.values(exported).find(isDevice);
  if (definition === undefined) throw deviceError(file, "it exports nothing from defineDevice()");
  return { definition, url: url.href };
}

export class DeviceMember implements Member {
  readonly kind = "device";
  readonly path: string;
  readonly isPresent = true;
  readonly #definition: DeviceDefinition;
  readonly #host: MemberHost;
  readonly #context: DeviceContext;
  readonly #ending = new AbortController();
  readonly #pending: Uint8Array[] = [];
  readonly #unread = new UnreadMark();
  #pendingBytes = 0;
  #isRunning = false;
  #wantsRoom = false;
  #lastError = "";
  readonly #owner: DeviceOwner;

  constructor(config: DeviceMemberConfig, parts: DeviceParts, host: MemberHost) {
    const { definition, url } = parts.device;
    this.path = config.device;
    this.#definition = definition;
    this.#host = host;
    this.#owner = { url, report: (error) => this.#failed(error) };
    addDevice(this.#owner);
    this.#context = {
      network: parts.network,
      member: parts.member,
      options: config.options ?? {},
      signal: this.#ending.signal,
      send: async (bytes) => leaveDevice(() => parts.send(bytesOf(bytes))),
    };
  }

  publish(): void {
    this.#host.onPresence(true);
    this.#try(async () => runDevice(this.#owner, () => this.#definition.onStart?.(this.#context)));
  }

  write(bytes: Uint8Array): number {
    if (this.#definition.onMessage === undefined || this.#ending.signal.aborted)
      return bytes.length;
    if (this.#pendingBytes > 0 && this.#pendingBytes + bytes.length > MOST_PENDING) return 0;
    this.#pending.push(bytes.slice());
    this.#pendingBytes += bytes.length;
    if (!this.#isRunning) {
      this.#isRunning = true;
      // Later, so that an answer never overtakes its question on the way to the others.
      void Promise.resolve().then(() => this.#try(() => this.#run()));
    }
    return bytes.length;
  }

  notifyWritable(): void {
    this.#wantsRoom = true;
  }

  /** Its bytes wait at the network's gate. */
  setReading(): void {}

  unreadBytes(): number {
    return this.#pendingBytes;
  }

  hasRead(): boolean | undefined {
    return this.#unread.compare(this.unreadBytes());
  }

  discardUnread(): void {}

  settings(): MemberSettings | undefined {
    return undefined;
  }

  hangUp(): void {
    this.#pending.length = 0;
    this.#pendingBytes = 0;
  }

  async close(): Promise<void> {
    runDevice(this.#owner, () => this.#ending.abort());
    removeDevice(this.#owner);
  }

  #ask(message: Uint8Array): DeviceAnswer | Promise<DeviceAnswer> {
    return runDevice(this.#owner, () => this.#definition.onMessage?.(message, this.#context));
  }

  async #run(): Promise<void> {
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
      try {
        const answer = await this.#ask(next);
        if (answer !== undefined) await this.#context.send(answer);
      } catch (error) {
        this.#failed(error);
      }
      this.#pendingBytes = Math.max(0, this.#pendingBytes - next.length);
      if (this.#ending.signal.aborted) return;
      if (this.#wantsRoom) {
        this.#wantsRoom = false;
        this.#host.onWritable();
      }
    }
    this.#isRunning = false;
  }

  #try(action: () => Promise<void>): void {
    action().catch((error: unknown) => this.#failed(error));
  }

  /** Reports the same failure once, not for every message. */
  #failed(error: unknown): void {
    const known = errorOf(error);
    if (known.message === this.#lastError || this.#ending.signal.aborted) return;
    this.#lastError = known.message;
    this.#host.onError(known, false);
  }
}

async function importModule(file: string, url: URL): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(url.href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw deviceError(file, `it cannot be loaded (${(error as Error).message})`, error);
  }
}

function bytesOf(bytes: DeviceBytes): Uint8Array {
  return typeof bytes === "string" ? new TextEncoder().encode(bytes) : checkBytes(bytes);
}

function deviceError(file: string, why: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`Cannot load device "${file}": ${why}`, {
    code: "ERR_HUB_DEVICE",
    path: file,
    operation: "create",
    cause,
    hint: "name a module that exports a result of defineDevice()",
  });
}
