// Counts the words of a private dialect that the documents, comments and messages once spoke: tell, hear,
// nobody, somebody, and clauses with "what" or "who" in the place of a noun. Plain English has almost none.

/** Occurrences per 1000 words that any text may have. */
export const BOUND = 0.3;

const WORDS =
  /\b(tell|tells|telling|told|hear|hears|hearing|heard|hearer|hearers|nobody|somebody)\b/gi;
/** Verbs that ask for a question word: "shows what was read", "depends on who reads". */
const ASKING =
  /\b(say|says|said|saying|see|sees|show|shows|shown|showing|know|knows|known|explain|explains|decide|decides|describe|describes|find out|ask|asks|asked|depends?|depending|list|lists|check|checks|compare|compares|choose|chooses|state|states|record|records|report|reports|define|defines|document|documents|understand|learn|regardless|matter|about|print|prints|wrote down|names?|look up|is|are|was)\b/i;
const HEADLESS_WHO = /\b(of|from|to|for|with|by|and|or|but|if|when|that|than|as|on|at|so)$/i;

/**
 * Counts the dialect of a text.
 *
 * @param text Prose, without code.
 * @returns `words`, how many there are, and `found`, each occurrence with some of the text around it.
 */
export function countDialect(text) {
  const words = text.match(/[\p{L}][\p{L}\p{N}'’-]*/gu)?.length ?? 0;
  const found = [...text.matchAll(WORDS)].map((match) => around(text, match.index));
  for (const { index } of text.matchAll(/\bwhat\b/gi)) {
    if (isHeadlessWhat(text, index)) found.push(around(text, index));
  }
  for (const { index } of text.matchAll(/\bwho(ever)?\b/gi)) {
    if (isHeadlessWho(text, index)) found.push(around(text, index));
  }
  return { words, found };
}

/** Returns the prose of a Markdown page: no code, no addresses, no comments. */
export function proseOfPage(text) {
  return text
    .replace(/^\s*(```|~~~)[\s\S]*?^\s*\1/gm, "\n\n")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/`[^`\n]*`/g, "X")
    .replace(/\[(what|who)\b([^\]]*)\]\([^)\s]*\)/gi, "[X$2]") // the title of a section
    .replace(/\]\([^)\s]*\)/g, "]")
    .replace(/https?:\S+/g, "X")
    .replace(/^#+ (what|who)\b/gim, "# X")
    .replace(/^#+ .*$/gm, "$&.\n");
}

/** Returns the prose of a source file: its comments, and its strings of two words and more. */
export function proseOfSource(text) {
  return tokens(text)
    .map((token) => (token.startsWith("/") ? proseOfComment(token) : proseOfString(token)))
    .filter((prose) => prose !== "")
    .join("\n\n");
}

/** Returns the names of the tests in a file, one a line. */
export function testNames(text) {
  return [...text.matchAll(/\b(?:test|it|describe|suite)\(\s*(["`])((?:\\.|(?!\1)[^\\])*)\1/g)]
    .map(([, , name]) => name.replace(/\$\{[^}]*\}/g, "X"))
    .join("\n\n");
}

/** Splits a source into its comments and strings. */
function tokens(text) {
  const token =
    /\/\/.*|\/\*[\s\S]*?\*\/|(?<=[=(,:!&|?[]\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|"(?:\\.|[^"\\\n])*"|`(?:\\.|\$\{(?:[^{}`]|\{[^}]*\}|`(?:\\.|\$\{[^}]*\}|[^`\\])*`)*\}|[^`\\])*`/g;
  const list = [];
  for (const [part] of text.replace(/^import [\s\S]*?;$/gm, "").matchAll(token)) {
    const previous = list.at(-1);
    if (part.startsWith("//") && previous?.startsWith("//")) list.push(`${list.pop()}\n${part}`);
    else if (!/^\/(?![/*])/.test(part)) list.push(part);
    if (!part.startsWith("/")) list.push('""');
  }
  return list;
}

function proseOfComment(comment) {
  return comment
    .replace(/^\s*\/\*+|\*\/$/g, "")
    .replace(/^\s*(\/\/|\*) ?/gm, "")
    .replace(/^```[\s\S]*?^```/gm, "\n\n")
    .replace(/biome-ignore[^:]*:/g, "")
    .replace(/@param \S+|\{@link [^}]*\}|`[^`]*`/g, "X")
    .replace(/^@\w+/gm, "\n\n")
    .trim();
}

function proseOfString(string) {
  const text = string
    .slice(1, -1)
    .replace(/\$\{[^}]*\}/g, "X")
    .replace(/`[^`]*`/g, "X");
  return /[a-z]+,? [a-z]+/i.test(text) ? text : "";
}

function isHeadlessWhat(text, index) {
  const { before, after, sentence } = context(text, index);
  if (/\?\s*$/.test(sentence) && !/^what [^?]*[,:]/i.test(after)) return false;
  if (/^what\s*($|[|\])*,.:;?"]|to\b|if\b)/i.test(after)) return false;
  return !ASKING.test(before.split(/\s+/).slice(-9).join(" "));
}

function isHeadlessWho(text, index) {
  const { before, after, sentence } = context(text, index);
  if (/\?\s*$/.test(sentence) || /^who\w*\s*($|[|\])*,.:;?"])/i.test(after)) return false;
  if (ASKING.test(before.split(/\s+/).slice(-6).join(" "))) return false;
  return before.trim() === "" || /[;:(]\s*$/.test(before) || HEADLESS_WHO.test(before.trim());
}

/** Returns the clause before a place, and its sentence from there on. */
function context(text, index) {
  const end = text.slice(index).search(/[.?!](\s|$)|\n\s*\n|\||$/);
  const before = text
    .slice(Math.max(0, index - 200), index)
    .split(/[.?!]["')\]]?\s|\n\s*\n|[;:|(]|^\s*[-*] |\n[-*] /m)
    .at(-1);
  const after = text.slice(index, index + end + 1);
  return { before, after, sentence: before + after };
}

function around(text, index) {
  return text
    .slice(Math.max(0, index - 40), index + 50)
    .replace(/\s+/g, " ")
    .trim();
}
