// Quotes words for a shell command that a person copies: the shell interprets nothing in them.

/**
 * Quotes a word for a POSIX shell.
 *
 * @param word Any text.
 * @returns The word, in single quotes where it needs them.
 * @see POSIX.1-2017, Shell Command Language, 2.2.2
 */
export function quote(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
