// The terminal emulator, loaded when a terminal is first shown.

import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { allowStyles } from "./policy-styles.ts";

/** A terminal in the page. */
export interface Screen {
  write(bytes: Uint8Array | string): void;
  clear(): void;
  focus(): void;
  fit(): void;
  dispose(): void;
}

/**
 * Makes a terminal.
 *
 * @param element Where it is drawn.
 * @param onKeys Receives the keys as bytes.
 */
export function createScreen(element: HTMLElement, onKeys: (bytes: Uint8Array) => void): Screen {
  allowStyles();
  const terminal = new Terminal({
    convertEol: true,
    cursorBlink: false,
    fontSize: 14,
    screenReaderMode: false,
    scrollback: 5000,
    theme: themeOf(element),
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);
  // Shift+Tab leaves the terminal: every other key is the member's.
  terminal.attachCustomKeyEventHandler((event) => !(event.key === "Tab" && event.shiftKey));
  const encoder = new TextEncoder();
  terminal.onData((text) => onKeys(encoder.encode(text)));
  return {
    write: (bytes) => terminal.write(bytes),
    clear: () => terminal.reset(),
    focus: () => terminal.focus(),
    fit: () => fit.fit(),
    dispose: () => terminal.dispose(),
  };
}

function themeOf(element: HTMLElement): Record<string, string> {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  return {
    background: color("--panel"),
    foreground: color("--text"),
    cursor: color("--accent"),
    cursorAccent: color("--panel"),
    selectionBackground: color("--selection"),
  };
}
