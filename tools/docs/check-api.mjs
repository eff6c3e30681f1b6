// Checks the documentation of the public API: every exported symbol has a comment, every public
// asynchronous function says how it fails, every number has a unit in its name or its comment.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Application, ReflectionKind } from "typedoc";

const UNIT_IN_NAME =
  /(Ms|Us|Ns|Seconds|Bytes|Bits|Bps|Hz|Percent|Count|Messages|BaudRate|errno|winerror)$|^(bytes|messages)([A-Z]|$)|^(baudRate|seed|stalls|count|length|size|fd|pid|vid)$/;
const UNIT_IN_COMMENT =
  /\b(bytes?|bits?|baud|milliseconds?|microseconds?|nanoseconds?|seconds?|ms|µs|Hz|percent|ratio|fraction|factor|0 to 255|count|counts|number of|how (many|often)|characters?|calls?|breaks?|times|messages?|chunks?|stalls?|files?|chance|probability|seed|id|identifier|index|descriptor|code|errno|port)\b/i;
const ASYNC_TYPES = [
  "Promise",
  "AsyncIterable",
  "AsyncIterator",
  "AsyncIterableIterator",
  "AsyncGenerator",
];

const root = fileURLToPath(new URL("../..", import.meta.url));
const entries = [
  ...["index", "sync", "testing", "pty", "adapter", "framing", "web-serial"].map(
    (name) => `packages/anyserial/src/${name}.ts`,
  ),
  "packages/hub/src/index.ts",
];
const app = await Application.bootstrap({
  entryPoints: entries.map((file) => root + file).filter(existsSync),
  tsconfig: `${root}tools/docs/tsconfig.json`,
  basePath: root,
  readme: "none",
  disableGit: true,
  sourceLinkTemplate: "{path}:{line}",
  excludeExternals: true,
  excludePrivate: true,
  validation: { notDocumented: true, invalidLink: true, notExported: false },
});
const project = await app.convert();
if (!project) process.exit(1);
app.validate(project);

const problems = [
  ...project
    .getReflectionsByKind(ReflectionKind.CallSignature)
    .filter(failsSilently)
    .map((signature) => `${where(signature)}: asynchronous, but no @throws says how it fails`),
  ...project
    .getReflectionsByKind(ReflectionKind.Property | ReflectionKind.Parameter)
    .filter(lacksUnit)
    .map((reflection) => `${where(reflection)}: a number without a unit in its name or comment`),
];
for (const problem of problems) console.error(`check-api: ${problem}`);
const failures = problems.length + app.logger.errorCount + app.logger.warningCount;
if (failures > 0) console.error(`check-api: ${failures} problems`);
process.exitCode = failures > 0 ? 1 : 0;

function failsSilently(signature) {
  if (!signature.parent.kindOf(ReflectionKind.FunctionOrMethod)) return false;
  if (!ASYNC_TYPES.includes(signature.type?.name)) return false;
  const throws = signature.comment?.getTags("@throws").length ?? 0;
  return throws === 0 && !/never (rejects|throws)/i.test(text(signature.comment));
}

function lacksUnit(reflection) {
  const types = reflection.type?.type === "union" ? reflection.type.types : [reflection.type];
  if (!types.some((type) => type?.type === "intrinsic" && type.name === "number")) return false;
  return !(UNIT_IN_NAME.test(reflection.name) || UNIT_IN_COMMENT.test(text(reflection.comment)));
}

function text(comment) {
  const parts = [
    ...(comment?.summary ?? []),
    ...(comment?.blockTags ?? []).flatMap((tag) => tag.content),
  ];
  return parts.map((part) => part.text).join("");
}

function where(reflection) {
  const owner = reflection.parent;
  const source = reflection.sources?.[0] ?? owner?.sources?.[0] ?? owner?.parent?.sources?.[0];
  return `${source ? `${source.fileName}:${source.line} ` : ""}${reflection.getFullName()}`;
}
