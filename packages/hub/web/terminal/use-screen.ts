// A terminal in an element, fed with what a member receives.

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { loadStyle } from "../parts/load-style.ts";
import type { MemberName } from "../parts/member-options.ts";
import type { Entry, TrafficLog } from "../traffic/traffic-log.ts";
import type { Screen } from "./xterm.ts";

interface ScreenParts {
  readonly log: TrafficLog;
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
  const [screen, setScreen] = useState<Screen | undefined>(undefined);
  useEffect(() => openScreen(element, (bytes) => onKeys.current(bytes), setScreen), []);
  const { log, member } = parts;
  const [network, name] = [member?.network, member?.member];
  useEffect(() => {
    if (screen === undefined || network === undefined || name === undefined) return undefined;
    screen.clear();
    const show = (entries: readonly Entry[]): void => {
      for (const entry of entries) showEntry(screen, entry, { network, member: name });
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

function showEntry(screen: Screen, entry: Entry, { network, member }: MemberName): void {
  if (entry.kind === "gap") {
    screen.write("\r\n[messages are missing here]\r\n");
    return;
  }
  if (entry.network !== network || entry.member !== member || entry.direction !== "out") return;
  screen.write(entry.bytes);
  const rest = entry.length - entry.bytes.length;
  if (rest > 0) screen.write(`\r\n[${rest} bytes are not shown]\r\n`);
}
