// Tests of the count in english.mjs. `npm run docs` runs it; so does `node scripts/english.test.mjs`.
import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { countDialect, proseOfPage, proseOfSource, testNames } from "./english.mjs";

const dialect = (text) => countDialect(text).found.length;

for (const text of [
  "The driver tells of it.",
  "It was told once.",
  "Nobody reads the port.",
  "Each member hears all others.",
  "What was read is returned.",
  "Returns a copy of what was given.",
  "A reader, and whoever waits for it.",
  "It holds up neither the driver nor what waits.",
  "The port is closed. Who opens it again gets an error.",
]) {
  test(`countDialect() finds one word in "${text}"`, () => equal(dialect(text), 1));
}

for (const text of [
  "What is a pty?",
  "Says what failed, and why.",
  "The hint says what to do.",
  "Shows who has the port open.",
  "A user who wants more asks for it.",
  "The intel compiler is untold.",
]) {
  test(`countDialect() finds none in "${text}"`, () => equal(dialect(text), 0));
}

test("countDialect() counts words, not numbers", () => {
  equal(countDialect("It waits 20 ms, the port's own time.").words, 7);
});

test("proseOfPage() leaves code and addresses out", () => {
  const page =
    "See `tell()` and [this](what-is.md).\n\n```ts\n// nobody\n```\n\n<!-- heard -->Done.\n";

  equal(dialect(proseOfPage(page)), 0);
  equal(countDialect(proseOfPage(page)).words, 5);
});

test("proseOfSource() takes comments and sentences, and leaves code out", () => {
  const source = [
    "/** One. {@link tell} `told` */",
    "const told = /nobody`/;",
    '// Two "three"',
    "// four.",
    `const key = "nobody", text = \`five six \${told}\`;`,
  ].join("\n");

  deepEqual(proseOfSource(source).match(/[a-z]{3,}/gi), [
    "One",
    "Two",
    "three",
    "four",
    "five",
    "six",
  ]);
});

test("testNames() takes the names alone", () => {
  const source = `test("a() waits", () => {});\ntest(\`b() of \${name} ends\`, () => told);\n`;

  equal(testNames(source), "a() waits\n\nb() of X ends");
});
