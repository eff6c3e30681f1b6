// The controller of an emulated port in memory: the test plays the kernel, and lets calls fail.

import type { EmulatedBackendPort, TerminalMode } from "../../dist/backend/emulated-port.js";
import type { EffectiveConfig } from "../../dist/config/config.js";
import { FakeBackendPort } from "./fake-backend-port.ts";

/** The controller. */
export class FakePtyPort extends FakeBackendPort implements EmulatedBackendPort {
  readonly devicePath = "/dev/pts/fake";
  readonly mostPerRead = 4095;
  onReplaced: (() => void) | undefined;
  onPresence: (() => void) | undefined;
  isOpen = false;
  /** The call that throws, as long as it is set, and what. */
  failing: { readonly call: string; readonly error: Error } | undefined;

  isApplicationOpen(): boolean {
    this.#enter("isApplicationOpen");
    return this.isOpen;
  }

  unreadBytes(): number {
    this.#enter("unreadBytes");
    return 0;
  }

  hasApplicationRead(): boolean | undefined {
    this.#enter("hasApplicationRead");
    return undefined;
  }

  discardUnread(): boolean {
    this.#enter("discardUnread");
    return true;
  }

  isWritable(): boolean {
    this.#enter("isWritable");
    return true;
  }

  preset(): void {
    this.#enter("preset");
  }

  terminalMode(): TerminalMode {
    this.#enter("terminalMode");
    return { raw: true, echo: false };
  }

  setAccess(): void {
    this.#enter("setAccess");
  }

  override effectiveConfig(): EffectiveConfig {
    this.#enter("effectiveConfig");
    return super.effectiveConfig();
  }

  override tryRead(into: Uint8Array): number {
    this.#enter("tryRead");
    return super.tryRead(into);
  }

  override arm(interest: number): void {
    this.#enter("arm");
    super.arm(interest);
  }

  override async close(discarded: number): Promise<void> {
    this.#enter("close");
    await super.close(discarded);
  }

  #enter(call: string): void {
    if (this.failing?.call === call) throw this.failing.error;
  }
}
