// What a terminal shows of the bytes that its user sends: as a line of the kernel does. Pure. @see termios(3), ECHOCTL

const BACKSPACE = 0x08;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const DELETE = 0x7f;

/** Spells control characters, as `^C`, so that they do nothing to the screen; a line end is one, Delete erases. */
export function echoOf(bytes: Uint8Array): string {
  let text = "";
  for (const character of new TextDecoder().decode(bytes).replaceAll("\r\n", "\n")) {
    text += shown(character);
  }
  return text;
}

function shown(character: string): string {
  const code = character.charCodeAt(0);
  if (code === DELETE || code === BACKSPACE) return "\b \b";
  if (code === LINE_FEED || code === CARRIAGE_RETURN) return "\r\n";
  if (code === TAB || code > 0x9f) return character;
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  return code >= 0x80 ? "" : character;
}
