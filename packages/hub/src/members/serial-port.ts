// A real port, or any address that the library opens; opened again whenever its device is there.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  openSerialPort,
  type SerialConfigInput,
  SerialDisconnectedError,
  type SerialPort,
  serialSessions,
  type TlsOptions,
} from "anyserial";
import { Backoff } from "../engine/backoff.ts";
import type { LineWish } from "../engine/following.ts";
import type { LineQueue } from "../engine/line-end.ts";
import type { Member, MemberHost } from "../engine/member.ts";
import { pause } from "../engine/pause.ts";
import { MEMBER_PAUSES, type MemberPauses } from "../engine/pauses.ts";
import type {
  LineRequest,
  MemberSettings,
  SerialMemberConfig,
  SerialTlsConfig,
} from "../model/types.ts";
import { errorOf } from "../process/error-of.ts";
import { Gate } from "./gate.ts";
import { SerialLines } from "./serial-lines.ts";
import { SerialSession } from "./serial-session.ts";

/** Opens ports: the library's own functions, or a test's. */
export interface SerialOpener {
  readonly open: typeof openSerialPort;
  readonly sessions: typeof serialSessions;
}

/** Arguments of {@link SerialPortMember}. */
export interface SerialPortParts {
  /** Folder that relative paths of certificates start from. @defaultValue that of the process */
  readonly directory?: string | undefined;
  readonly opener?: SerialOpener | undefined;
  readonly pauses?: MemberPauses | undefined;
}

const LIBRARY: SerialOpener = { open: openSerialPort, sessions: serialSessions };

/** A real port as a member. */
export class SerialPortMember implements Member {
  readonly kind = "serial";
  readonly path: string;
  readonly lines: SerialLines;
  readonly #config: SerialConfigInput;
  readonly #tls: () => TlsOptions | undefined;
  readonly #opener: SerialOpener;
  readonly #host: MemberHost;
  readonly #gate = new Gate();
  readonly #ending = new AbortController();
  /** Before a device that is there, and fails when it is used, is opened again. */
  readonly #renewals: Backoff;
  /** After a failure that waiting for the device does not cure. */
  readonly #openings: Backoff;
  readonly #running: Promise<void>;
  #session: SerialSession | undefined;
  /** Settings that the port follows; also while it is not open. */
  #wish: LineWish | undefined;
  /** The port was closed on purpose: it is opened again, and nothing has failed. */
  #isHungUp = false;
  #lastError = "";

  constructor(config: SerialMemberConfig, host: MemberHost, parts: SerialPortParts = {}) {
    const { directory = ".", opener = LIBRARY, pauses = MEMBER_PAUSES } = parts;
    const { serial, baudRate, dataBits, stopBits, parity, flowControl } = config;
    this.path = serial;
    this.lines = new SerialLines(host);
    const flow = { rtsCts: flowControl === "hardware", xonXoff: flowControl === "software" };
    this.#config = { baudRate, dataBits, stopBits, parity, flowControl: flow };
    this.#tls = () => filesOf(config.tls, directory);
    this.#host = host;
    this.#opener = opener;
    this.#renewals = new Backoff(pauses.renewal);
    this.#openings = new Backoff(pauses.opening);
    this.#running = Promise.resolve().then(() => this.#run());
  }

  get isPresent(): boolean {
    return this.#session !== undefined;
  }

  write(bytes: Uint8Array): number {
    return this.#session?.write(bytes) ?? 0;
  }

  /** A port that is gone has no room ever; the next one is found by its coming. */
  notifyWritable(): void {
    this.#session?.notifyWritable();
  }

  setReading(reading: boolean): void {
    this.#gate.isOpen = reading;
  }

  unreadBytes(): number {
    return this.#session?.output.waiting ?? 0;
  }

  hasRead(): Promise<boolean | undefined> | undefined {
    return this.#session?.output.hasRead();
  }

  discardUnread(): void {}

  settings(): MemberSettings | undefined {
    return this.#session?.settings();
  }

  async follow(wish: LineWish): Promise<void> {
    this.#wish = wish;
    const session = this.#session;
    if (session !== undefined) await this.#adopt(session, wish);
  }

  async discardLine(queue: LineQueue): Promise<void> {
    await this.#session?.line.discard(queue);
  }

  async setControlLines(lines: LineRequest): Promise<void> {
    const port = this.#session?.port;
    if (port === undefined) throw notThere(this.path);
    const { breakMs, ...levels } = lines;
    await port.setControlLines(levels);
    if (breakMs !== undefined) await port.sendBreak({ durationMs: breakMs });
  }

  hangUp(): void {
    this.#isHungUp = this.#session !== undefined;
    void this.#session?.port.close();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#gate.isOpen = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#openNow(signal);
        await pause(this.#renewals.next(), signal);
        if (signal.aborted) return;
        for await (const port of this.#sessions(signal)) {
          await this.#use(port, signal);
          await pause(this.#renewals.next(), signal);
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#report(errorOf(error));
        await pause(this.#openings.next(), signal);
      }
    }
  }

  #sessions(signal: AbortSignal): AsyncIterable<SerialPort> {
    return this.#opener.sessions(this.path, this.#config, { tls: this.#tls(), signal });
  }

  /** The first attempt. Waiting for a device reports nothing, so this reports why it waits. */
  async #openNow(signal: AbortSignal): Promise<void> {
    let port: SerialPort;
    try {
      port = await this.#opener.open(this.path, this.#config, { tls: this.#tls(), signal });
    } catch (error) {
      if (!signal.aborted) this.#report(errorOf(error));
      return;
    }
    await this.#use(port, signal);
  }

  /** Reports the same failure once, until the port is open. */
  #report(error: Error): void {
    if (error.message === this.#lastError) return;
    this.#lastError = error.message;
    this.#host.onError(error, true);
  }

  async #use(port: SerialPort, signal: AbortSignal): Promise<void> {
    const session = new SerialSession(port, this.#host, this.#gate);
    this.#session = session;
    this.#lastError = "";
    if (this.#wish !== undefined) await this.#adopt(session, this.#wish);
    const settings = session.settings();
    if (settings !== undefined) this.#host.onSettings(settings);
    this.#host.onPresence(true);
    this.lines.begin(session.line);
    const failure = await session.run(signal);
    const isHungUp = this.#isHungUp;
    this.#session = undefined;
    this.#isHungUp = false;
    this.lines.end();
    await port.close();
    if (signal.aborted) return;
    this.#host.onPresence(false);
    if (!isHungUp) this.#host.onError(failure, true);
  }

  async #adopt(session: SerialSession, wish: LineWish): Promise<void> {
    const error = await session.adopt(wish);
    if (!session.port.isOpen) return; // it is taken when the port is back
    this.#host.line.onFollowed(error);
    const settings = session.settings();
    if (settings !== undefined) this.#host.onSettings(settings);
  }
}

/** Certificates may be renewed: they are read whenever they are needed. */
function filesOf(tls: SerialTlsConfig | undefined, directory: string): TlsOptions | undefined {
  if (tls === undefined) return undefined;
  const read = (file: string | undefined): Uint8Array | undefined =>
    file === undefined ? undefined : readFileSync(resolve(directory, file));
  const { ca, cert, key, servername } = tls;
  return { ca: read(ca), cert: read(cert), key: read(key), servername };
}

function notThere(path: string): SerialDisconnectedError {
  return new SerialDisconnectedError(`Cannot set lines of "${path}": its device is not there`, {
    code: "ERR_SERIAL_DISCONNECTED",
    path,
    operation: "setControlLines",
  });
}
