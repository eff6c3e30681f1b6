// The hub's own standard input and output as a member.

import type { MemberHost } from "../engine/member.ts";
import { StreamMember } from "./stream-member.ts";
import type { StreamPair } from "./stream-pair.ts";

/** Standard input and output. */
export class StdioMember extends StreamMember {
  readonly kind = "stdio";
  readonly path = "stdio";

  constructor(host: MemberHost) {
    super(host);
  }

  async open(): Promise<void> {
    // A full disk loses bytes and is not the end; a reader that went away is the end of the program.
    const onWriteError = (error: Error): void => this.host.onError(error, true);
    this.use({ readable: process.stdin, writable: process.stdout, onWriteError });
  }

  protected override end(pair: StreamPair | undefined): void {
    pair?.release();
  }

  protected override gone(): void {}
}
