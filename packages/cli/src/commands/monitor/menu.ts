// The keys of the monitor's menu: one table for the keyboard, the help on screen and `--help`. Pure.

/** Opens the menu: Ctrl-T, as in tio and miniterm. */
export const MENU_KEY = 0x14;
/** Ends the monitor at once: Ctrl-], as in miniterm and telnet. */
export const QUIT_KEY = 0x1d;

/** Effect of a menu key. */
export type MenuCommand =
  | "help"
  | "quit"
  | "sendFile"
  | "toggleDtr"
  | "toggleRts"
  | "sendBreak"
  | "lines"
  | "info"
  | "toggleEcho"
  | "toggleHex"
  | "toggleTimestamps"
  | "sendMenuKey"
  | "sendQuitKey";

interface MenuEntry {
  readonly key: string;
  readonly command: MenuCommand;
  readonly text: string;
}

const MENU: readonly MenuEntry[] = [
  { key: "?", command: "help", text: "show this list" },
  { key: "q", command: "quit", text: "quit (Ctrl-] alone does too)" },
  { key: "s", command: "sendFile", text: "send a file, with progress; Ctrl-C cancels" },
  { key: "d", command: "toggleDtr", text: "toggle DTR" },
  { key: "r", command: "toggleRts", text: "toggle RTS" },
  { key: "b", command: "sendBreak", text: "send a break (250 ms)" },
  { key: "l", command: "lines", text: "show the state of the lines" },
  { key: "i", command: "info", text: "show settings and statistics" },
  { key: "e", command: "toggleEcho", text: "turn local echo on or off" },
  { key: "x", command: "toggleHex", text: "turn the hex dump on or off" },
  { key: "t", command: "toggleTimestamps", text: "turn timestamps on or off" },
];

/**
 * Finds the effect of a key typed after the menu key; a letter also works in upper case and with
 * Ctrl.
 *
 * @param byte The key.
 * @returns Its command; `undefined` for a key without one.
 */
export function menuCommandOf(byte: number): MenuCommand | undefined {
  if (byte === MENU_KEY) return "sendMenuKey";
  if (byte === QUIT_KEY) return "sendQuitKey";
  const isControl = byte > 0 && byte < 0x1b;
  const key = String.fromCharCode(isControl ? byte + 0x60 : byte).toLowerCase();
  return MENU.find((entry) => entry.key === key)?.command ?? (key === "h" ? "help" : undefined);
}

/**
 * Lists the keys.
 *
 * @returns A line for each.
 */
export function menuLines(): readonly string[] {
  return [
    ...MENU.map(({ key, text }) => `Ctrl-T ${key}       ${text}`),
    "Ctrl-T Ctrl-T  send Ctrl-T itself",
    "Ctrl-T Ctrl-]  send Ctrl-] itself",
  ];
}
