// A peer on a unix socket, as virtual machines and simulators have for their serial ports: connects, again
// and again, or listens for one client at a time.

import { once } from "node:events";
import { connect, type Server, type Socket } from "node:net";
import { resolve } from "node:path";
import { idOf } from "../config/accounts.ts";
import { defaultsOf } from "../config/defaults.ts";
import { unixListenFields } from "../config/endpoints.ts";
import { readMode } from "../config/values.ts";
import { checkSocketPath, isPipe } from "../control/runtime-folder.ts";
import type { MemberHost } from "../engine/member.ts";
import type { MemberConfig, UnixListenConfig, UnixMemberConfig } from "../model/types.ts";
import { type SocketAccess, SocketFile } from "./socket-file.ts";
import { SocketMember } from "./socket-member.ts";

const { mode: DEFAULT_MODE } = defaultsOf<UnixListenConfig>(unixListenFields(""));

/** Dependencies of a unix peer. */
export interface UnixParts {
  /** Folder that relative paths start from. */
  readonly directory: string;
  /** Whether bytes that arrive without a client wait for the next one. */
  readonly keeps: () => boolean;
}

/** A peer on a unix socket as a member. */
export class UnixMember extends SocketMember {
  readonly kind = "unix";
  readonly #path: string;
  #config: UnixMemberConfig["unix"];
  #file: SocketFile | undefined;

  /**
   * @param config As it was validated.
   * @param parts Its context.
   * @param host The network.
   */
  constructor({ unix }: UnixMemberConfig, { directory, keeps }: UnixParts, host: MemberHost) {
    super("listen" in unix ? { connects: false, keeps } : { connects: true }, host);
    this.#config = unix;
    this.#path = resolve(directory, "listen" in unix ? unix.listen : unix.connect);
    this.onBusy = "listen" in unix ? unix.onBusy : undefined;
  }

  get path(): string {
    return `unix:${this.#path}`;
  }

  reconfigure(config: MemberConfig): void {
    if (!("unix" in config)) return;
    this.#config = config.unix;
    this.onBusy = "listen" in config.unix ? config.unix.onBusy : undefined;
    if ("listen" in config.unix) this.#file?.apply(accessOf(config.unix));
  }

  override async close(): Promise<void> {
    this.#file?.release();
    await super.close();
  }

  protected override connect(): Socket {
    return connect(this.#path);
  }

  protected override async listen(server: Server): Promise<void> {
    const config = this.#config;
    if (!("listen" in config)) return;
    checkSocketPath(this.#path);
    if (!isPipe(this.#path)) {
      this.#file = await SocketFile.listen(server, this.#path, accessOf(config));
      return;
    }
    server.listen(this.#path);
    await once(server, "listening"); // rejects with the error
  }

  /** Peers on a unix socket have no addresses. */
  protected override nameOf(): undefined {
    return undefined;
  }

  /** A write of nothing fails if the client has closed, and does nothing if it still receives. */
  protected override destroyClosed(socket: Socket): void {
    socket.write(new Uint8Array());
  }

  protected override reasonOf(error: Error): string | undefined {
    return (error as NodeJS.ErrnoException).code === "EPIPE" ? undefined : super.reasonOf(error);
  }
}

function accessOf({ mode = DEFAULT_MODE, owner, group }: UnixListenConfig): SocketAccess {
  return { mode: readMode(mode) ?? 0, uid: idOf("user", owner), gid: idOf("group", group) };
}
