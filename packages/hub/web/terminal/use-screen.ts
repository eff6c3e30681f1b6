// A terminal in an element, fed with what a member receives.

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { NetworkSnapshot } from "../../src/model/types.ts";
import { loadStyle } from "../parts/load-style.ts";
import type { MemberName } from "../parts/member-options.ts";
import type { Entry, Message, TrafficLog } from "../traffic/traffic-log.ts";
import { isReceived } from "./received.ts";
import type { Screen } from "./xterm.ts";

interface ScreenParts {
  readonly log: TrafficLog;
  /** Returns the state of the hub. */
  readonly networks: () => readonly NetworkSnapshot[];
  readonly member: MemberName | undefined;
  readonly onKeys: (bytes: Uint8Array) => void;
}

/** @returns A reference for the element, and the terminal once it is loaded. */
export function useScreen(
  parts: ScreenParts,
): readonly [RefObject<HTMLDivElement | null>, Screen | undefined] {
  const element = useRef<HTMLDivElement>(null);
  const onKeys = useRef(parts.onKeys);
  onKeys.current = parts.onKeys;
  const networks = useRef(parts.networks);
  networks.current = parts.networks;
  const [screen, setScreen] = useState<Screen | undefined>(undefined);
  useEffect(() => openScreen(element, (bytes) => onKeys.current(bytes), setScreen), []);
  const { log, member } = parts;
  const [network, name] = [member?.network, member?.member];
  useEffect(() => {
    if (screen === undefined || network === undefined || name === undefined) return undefined;
    screen.clear();
    const show = (entries: readonly Entry[]): void => {
      const isShown = (message: Message): boolean =>
        isReceived(message, { network, member: name }, networks.current());
      for (const entry of entries) showEntry(screen, entry, isShown);
    };
    show(log.entries.slice(-2000));
    return log.watch(show);
  }, [screen, log, network, name]);
  return [element, screen];
}

/** @returns Removes the terminal. */
function openScreen(
  { current }: RefObject<HTMLDivElement | null>,
  onKeys: (bytes: Uint8Array) => void,
  onOpen: (screen: Screen) => void,
): () => void {
  let screen: Screen | undefined;
  let isOver = false;
  const fit = new ResizeObserver(() => screen?.fit());
  const open = async (): Promise<void> => {
    const [{ createScreen }] = await Promise.all([import("./xterm.ts"), loadStyle("terminal.css")]);
    if (isOver || current === null) return;
    screen = createScreen(current, onKeys);
    fit.observe(current);
    onOpen(screen);
  };
  void open();
  return () => {
    isOver = true;
    fit.disconnect();
    screen?.dispose();
  };
}

function showEntry(screen: Screen, entry: Entry, isShown: (message: Message) => boolean): void {
  if (entry.kind === "gap") {
    screen.write("\r\n[messages are missing here]\r\n");
    return;
  }
  if (!isShown(entry)) return;
  screen.write(entry.bytes);
  const rest = entry.length - entry.bytes.length;
  if (rest > 0) screen.write(`\r\n[${rest} bytes are not shown]\r\n`);
}
