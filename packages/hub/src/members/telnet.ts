// Whether a peer speaks telnet: it begins with commands, which a raw connection passes on as data. Pure.

/** "Interpret as command", then WILL, WONT, DO or DONT, then an option. @see RFC 854 */
const IAC = 0xff;
const WILL = 0xfb;
const DONT = 0xfe;
/** The highest option that servers negotiate (RFC 2217 is 44). @see RFC 855 and IANA's telnet options */
const OPTION_MAX = 49;

/**
 * Returns whether the first bytes of a connection are telnet's.
 *
 * @param bytes First bytes received.
 */
export function isTelnet(bytes: Uint8Array): boolean {
  const [first, command = 0, option] = bytes;
  if (first !== IAC || command < WILL || command > DONT) return false;
  return option === undefined || option <= OPTION_MAX;
}
