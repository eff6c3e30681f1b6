// The terminal emulator, loaded when a terminal is first shown.

import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { onSchemeChange } from "../parts/on-scheme-change.ts";
import { ignoreQueries } from "./no-answers.ts";
import { allowStyles } from "./policy-styles.ts";

/** A terminal in the page. */
export interface Screen {
  write(bytes: Uint8Array | string): void;
  clear(): void;
  focus(): void;
  fit(): void;
  /** Whether queries of the member are answered. */
  setAnswering(isAnswering: boolean): void;
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
    logLevel: "off", // bytes of a device may be no text at all
    screenReaderMode: false,
    scrollback: 5000,
    linkHandler: { activate: () => undefined }, // a device's link leads nowhere
    theme: themeOf(element),
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);
  leaveByShiftTab(terminal, element);
  let isAnswering = false;
  ignoreQueries(terminal.parser, () => isAnswering);
  const forgetScheme = onSchemeChange(() => {
    terminal.options.theme = themeOf(element);
  });
  const encoder = new TextEncoder();
  terminal.onData((text) => onKeys(encoder.encode(text)));
  return {
    write: (bytes) => terminal.write(bytes),
    clear: () => terminal.reset(),
    focus: () => terminal.focus(),
    fit: () => {
      if (element.clientWidth > 0) fit.fit(); // a hidden panel has no size
    },
    setAnswering: (value) => {
      isAnswering = value;
    },
    dispose: () => {
      forgetScheme();
      terminal.dispose();
    },
  };
}

/** Every other key is the member's. Tab passes by the terminal, which is entered from its element. */
function leaveByShiftTab(terminal: Terminal, element: HTMLElement): void {
  if (terminal.textarea !== undefined) terminal.textarea.tabIndex = -1;
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.key !== "Tab" || !event.shiftKey) return true;
    event.preventDefault();
    if (event.type === "keydown") element.focus();
    return false;
  });
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
