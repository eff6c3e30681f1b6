// Problems of a configuration are reported by line and field.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  checkHubConfig,
  formatProblem,
  HubConfigError,
  validateHubConfig,
} from "@anyserial/hub/config";
import { ADAPTER_EXAMPLE_CONFIG, EXAMPLE_CONFIG } from "@anyserial/hub/internal";
import { ConfigurationError } from "anyserial";

/** A member's field, wrong, on line 5 of a file. */
function memberWith(line: string): string {
  return `networks:\n  plant:\n    members:\n      meter:\n        ${line}\n        port: x\n`;
}

function problemsOf(text: string): string[] {
  return checkHubConfig(text, { file: "h.yaml", directory: "/nowhere" }).problems.map((problem) =>
    formatProblem(problem),
  );
}

const WRONG_MEMBER_FIELDS: readonly (readonly [line: string, problem: RegExp])[] = [
  [
    "overflow: drop-oldset",
    /^h.yaml:5:19: .*meter.overflow: "drop-oldset" .*drop-newest, drop-oldest, .*mean drop-oldest/,
  ],
  [
    "queue: 64 Kib",
    /^h.yaml:5:16: .*meter.queue: "64 Kib" is not allowed: give a size from 1 B to 1 GiB/,
  ],
  ["queue: 0", /meter.queue: 0 is not allowed/],
  ["queue: 2GiB", /meter.queue: "2GiB" is not allowed/],
  ["whenAbsent: drop", /meter.whenAbsent: "drop" is not allowed: give discard or keep/],
  [
    "stallAfterMs: soon",
    /meter.stallAfterMs: "soon" is not allowed: give whole milliseconds from 1 to 3600000/,
  ],
  ["pace: 1", /meter.pace: 1 is not allowed: give true or false/],
  ["latencyMs: -1", /meter.latencyMs: -1 is not allowed/],
  ["jitterMs: 2 parsecs", /meter.jitterMs: "2 parsecs" is not allowed/],
  ["bitErrorRate: 1.5", /meter.bitErrorRate: 1.5 is not allowed: give a number from 0 to 1/],
  ["dropRate: many", /meter.dropRate: "many" is not allowed/],
  ["seed: 1.5", /meter.seed: 1.5 is not allowed: give a whole number/],
  ["role: boss", /meter.role: "boss" is not allowed: give member, controller or tap/],
  ["queue:", /^h.yaml:5:15: .*meter.queue: null is not allowed/],
  ["qeueu: 1", /^h.yaml:5:9: .*meter.qeueu: is unknown; did you mean queue/],
];

/** A member `real`, wrong, on line 5. */
const WRONG_MEMBERS: readonly (readonly [member: string, problem: RegExp])[] = [
  [
    "{ serial: /dev/x, follow: ap }",
    /^h.yaml:5:\d+: .*real.follow: "ap" .*port or remote member of this network: app; did you mean app/,
  ],
  ["{ serial: /dev/x, follow: real }", /real.follow: "real" is not allowed/],
  ["{ serial: /dev/x, lines: some }", /real.lines: "some" .*give applications, all or none/],
  ["{ port: y, follow: app }", /real.follow: is unknown/],
  ["{ remote: {} }", /real.remote.listen: is missing/],
  ["{ remote: { listen: 2217 } }", /real.remote.listen: 2217 is not allowed: give an address/],
  [
    "{ remote: { listen: 0.0.0.0:2217 } }",
    /real.remote.listen: "0.0.0.0:2217" is reachable from other machines.*allowRemote: true/,
  ],
  [
    "{ remote: { listen: 127.0.0.1:1, clients: all } }",
    /clients: "all" .*one, kick, shared or readers/,
  ],
  ["{ remote: { listen: 127.0.0.1:1, protocol: tcp } }", /protocol: "tcp" .*rfc2217 or raw/],
  ["{ remote: { listen: 127.0.0.1:1, tls: { cert: c } } }", /remote.tls.key: is missing/],
  ["{ remote: { listen: 127.0.0.1:1, idleTimeoutMs: 0 } }", /remote.idleTimeoutMs: 0 is not/],
];

for (const [member, problem] of WRONG_MEMBERS) {
  test(`checkHubConfig() names what is wrong in ${member}`, () => {
    const text = `networks:\n  plant:\n    members:\n      app: { port: x }\n      real: ${member}\n`;
    const [first, ...more] = problemsOf(text);

    assert.match(first ?? "", problem);
    assert.deepEqual(more, []);
  });
}

for (const [line, problem] of WRONG_MEMBER_FIELDS) {
  test(`checkHubConfig() names line and field of "${line}"`, () => {
    const [first, ...more] = problemsOf(memberWith(line));

    assert.match(first ?? "", problem);
    assert.deepEqual(more, []);
  });
}

const WRONG_KINDS: readonly (readonly [member: string, problem: RegExp])[] = [
  ['{ port: "" }', /port: "" is not allowed: give a path that is not empty/],
  ['{ port: "a\\0b" }', /port: "a\\u0000b" is not allowed: give a path without NUL/],
  ["{ port: ./x/ }", /port: .*not of a folder/],
  [`{ port: ${"a".repeat(300)} }`, /port: .*give a shorter path/],
  [`{ port: ${"b".repeat(250)} }`, /port: .*give a name of at most 200 bytes/],
  ["{ port: 3 }", /port: 3 is not allowed: give a path/],
  ["{ port: x, mode: 0888 }", /mode: .* is not allowed: give permission bits/],
  ["{ port: x, mode: 4096 }", /mode: 4096 is not allowed/],
  ['{ port: x, owner: "a b" }', /owner: "a b" is not allowed: give a name or a number/],
  ["{ port: x, group: -1 }", /group: -1 is not allowed/],
  ["{ serial: /dev/x, baudRate: 0 }", /baudRate: 0 is not allowed/],
  ["{ serial: /dev/x, dataBits: 9 }", /dataBits: 9 is not allowed: give 5, 6, 7 or 8/],
  ["{ serial: /dev/x, stopBits: 3 }", /stopBits: 3 is not allowed: give 1, 1.5 or 2/],
  ["{ serial: /dev/x, parity: evne }", /parity: "evne" .*did you mean even/],
  ["{ serial: /dev/x, flowControl: rts }", /flowControl: "rts" is not allowed/],
  ["{ tcp: localhost:1 }", /tcp: "localhost:1" is not allowed: give \{ connect/],
  ['{ tcp: { connect: "x:99999" } }', /tcp.connect: "x:99999" is not allowed: give an address/],
  ['{ tcp: { connect: "x:0" } }', /tcp.connect: "x:0" is not allowed/],
  [
    '{ tcp: { connect: "x:1", listen: "[::1]:1" } }',
    /tcp: has connect or listen: give one of them/,
  ],
  [
    '{ tcp: { connect: "x:1", onBusy: replace } }',
    /tcp.onBusy: is unknown; known here: connect or/,
  ],
  [
    '{ tcp: { listen: "[::1]:1", onBusy: kick } }',
    /onBusy: "kick" is not allowed: give refuse or re/,
  ],
  [
    '{ tcp: { listen: "[::1]:1", vanishAfterMs: 10s } }',
    /vanishAfterMs: "10s" is not allowed: give/,
  ],
  [
    '{ tcp: { listen: "[::]:4001" } }',
    /tcp.listen: "\[::\]:4001" is reachable from other machines/,
  ],
  ["{ tcp: {} }", /tcp: \{\} is not allowed: give \{ connect/],
  ["{ stdio: false }", /stdio: false is not allowed: give true/],
  [
    "{ process: ls -l }",
    /process: "ls -l" is not allowed: give a list.*write process: \["ls","-l"\]/,
  ],
  ["{ process: [sleep, 5] }", /process\[1\]: 5 is no text; put quotes around it: "5"/],
  ["{ process: [echo, true, ~] }", /process\[1\]: true is no text; put quotes around it: "true"/],
  ["{ process: false }", /process: false is not allowed: give a list/],
  ["{ process: [[ls]] }", /process\[0\]: \["ls"\] is no text$/],
  ['{ process: [ls, ""] }', /process\[1\]: "" is not allowed: give text that is not empty/],
  ["{ process: [] }", /process: \[\] is not allowed/],
  ["{ device: ../x.js }", /device: .*below the configuration's folder/],
  ["{ device: /etc/passwd }", /device: "\/etc\/passwd" is not allowed: give an existing Java/],
  ["{ device: x.js }", /device: "x.js" is not allowed: give an existing/],
  [
    `{ device: ${JSON.stringify(fileURLToPath(import.meta.url))}, options: 1 }`,
    /options: 1 is not allowed: give a map/,
  ],
  ["{ port: x, serial: y }", /meter: has port or serial: a member is one of them/],
  ["{ queue: 1 }", /meter: has no kind/],
  ["{ port: x, baudRate: 9600 }", /meter.baudRate: is unknown/],
  ["7", /meter: 7 is not allowed: give a map/],
];

for (const [member, warning] of [
  ["{ port: x, group: nosuchgroup }", /group: "nosuchgroup" is no group of this machine/],
  ["{ port: x, owner: rooot }", /owner: "rooot" is no user of this machine; did you mean root/],
] as const) {
  test(`checkHubConfig() warns of the account in ${member}, and a hub would start`, () => {
    const { config, problems } = checkHubConfig(`networks: { n: { members: { m: ${member} } } }`);

    assert.notEqual(config, undefined);
    assert.deepEqual(
      problems.map(({ isWarning }) => isWarning),
      [true],
    );
    assert.match(problems.map(formatProblem).join(), warning);
  });
}

for (const [member, problem] of WRONG_KINDS) {
  test(`checkHubConfig() refuses the member ${member.slice(0, 12)}…${member.slice(-20)}`, () => {
    const problems = problemsOf(`networks:\n  plant:\n    members:\n      meter: ${member}\n`);

    assert.match(problems.join("\n"), problem);
    assert.ok(problems.every((line) => line.startsWith("h.yaml:4:")));
  });
}

const WRONG_FILES: readonly (readonly [what: string, text: string, problem: RegExp])[] = [
  ["an empty file", "", /networks/],
  ["text that is no YAML", "networks: [", /h.yaml:1:\d+: /],
  [
    "a key that is there twice",
    "networks: {}\nnetworks: {}",
    /h.yaml:2:1: Map keys must be unique/,
  ],
  ["no networks", "networks: {}", /networks: has no network/],
  ["a network without members", "networks: { a: {} }", /networks.a.members: is missing/],
  ["an unknown top field", "netwroks: {}", /netwroks: is unknown; did you mean networks/],
  [
    "a name with control characters",
    'networks: { "a\\eb": {members: {m: {stdio: true}}} }',
    /is no name/,
  ],
  [
    "a wrong topology",
    "networks: {a: {topology: ring, members: {m: {stdio: true}}}}",
    /topology: "ring"/,
  ],
  [
    "a wrong framing",
    "networks: {a: {framing: lines, members: {m: {stdio: true}}}}",
    /framing: "lines" .*mean line/,
  ],
  [
    "a parameter of another framing",
    "networks: {a: {framing: {kind: line, gapMs: 3}, members: {m: {stdio: true}}}}",
    /gapMs: is for idle-gap, not for line/,
  ],
  [
    "a parameter of two other framings",
    "networks: {a: {framing: {kind: line, start: 1}, members: {m: {stdio: true}}}}",
    /start: is for start-end or length-prefix, not for line/,
  ],
  [
    "a framing without a parameter that it needs",
    "networks: {a: {framing: {kind: start-end, start: 2}, members: {m: {stdio: true}}}}",
    /framing.end: is missing/,
  ],
  [
    "a framing by its name alone that needs a parameter",
    "networks: {a: {framing: fixed-length, members: {m: {stdio: true}}}}",
    /needs length; write a map: \{ kind: fixed-length, length: … \}/,
  ],
  [
    "a framing whose parameters do not fit",
    "networks: {a: {framing: {kind: start-end, start: 2, end: 2}, members: {m: {stdio: true}}}}",
    /framing: cannot be used: .*another mark than start/,
  ],
  [
    "a framing with a wrong regular expression",
    'networks: {a: {framing: {kind: matching, pattern: "("}, members: {m: {stdio: true}}}}',
    /framing: cannot be used: .*regular expression/i,
  ],
  [
    "a delimiter that is too long",
    "networks: {a: {framing: {kind: delimited, delimiter: [1, 256]}, members: {m: {stdio: true}}}}",
    /delimiter: .*1 to 64 bytes/,
  ],
  [
    "a pair of three",
    "networks: {a: {topology: pair, members: {x: {port: x}, y: {port: y}, z: {port: z}}}}",
    /has 3 members that are no taps/,
  ],
  [
    "two controllers",
    "networks: {a: {topology: star, members: {x: {port: x, role: controller}, y: {port: y, role: controller}}}}",
    /has 2 controllers/,
  ],
  [
    "a controller of a bus",
    "networks: {a: {members: {x: {port: x, role: controller}}}}",
    /controller is for topology: star/,
  ],
  [
    "one path for two members",
    "networks: {a: {members: {x: {port: x}}}, b: {members: {y: {port: ./x}}}}",
    /networks.b.members.y.port: is already used by networks.a.members.x.port/,
  ],
  [
    "a capture without a file",
    "networks: {a: {members: {x: {port: x}}}}\ncapture: { keep: 0 }",
    /h.yaml:2:18: capture.keep: 0/,
  ],
  [
    "an address of all machines",
    "networks: {a: {members: {x: {port: x}}}}\nlisten: { http: '0.0.0.0:1' }",
    /h.yaml:2:17: listen.http: "0.0.0.0:1" is reachable/,
  ],
  [
    "an address without a port",
    "networks: {a: {members: {x: {port: x}}}}\nlisten: { http: localhost }",
    /listen.http: "localhost" is not allowed/,
  ],
];

for (const [what, text, problem] of WRONG_FILES) {
  test(`checkHubConfig() refuses ${what}`, () => {
    assert.match(problemsOf(text).join("\n"), problem);
  });
}

test("checkHubConfig() reads sizes, durations and permission bits", () => {
  const text = `
networks:
  plant:
    framing: { kind: idle-gap, gapMs: 20ms }
    members:
      meter: { port: ./p, mode: "0660", queue: 128KiB, stallAfterMs: 2s }
capture: { file: plant.pcapng, maxSize: 64MiB, keep: 5 }
`;

  const { config, problems } = checkHubConfig(text);

  assert.deepEqual(problems, []);
  assert.deepEqual(config, {
    networks: {
      plant: {
        framing: { kind: "idle-gap", gapMs: 20 },
        members: { meter: { port: "./p", mode: 0o660, queue: 131_072, stallAfterMs: 2000 } },
      },
    },
    capture: { file: "plant.pcapng", maxSize: 67_108_864, keep: 5 },
  });
});

test("checkHubConfig() reads JSON", () => {
  const config = { networks: { a: { members: { x: { tcp: { listen: "127.0.0.1:4001" } } } } } };

  assert.deepEqual(checkHubConfig(JSON.stringify(config)).config, config);
});

test("checkHubConfig() accepts the output of init", () => {
  assert.deepEqual(problemsOf(EXAMPLE_CONFIG), []);
  assert.deepEqual(problemsOf(ADAPTER_EXAMPLE_CONFIG), []);
});

test("the output of init names every framing", () => {
  const [, names = ""] = /into messages: ([^.]+)\./.exec(EXAMPLE_CONFIG) ?? [];
  const refusal = problemsOf("networks: { a: { framing: x, members: {} } }").join();
  const [, known = ""] = /give (.+) or matching/.exec(refusal) ?? [];

  assert.deepEqual(names.split(/,[\s#]+/), [...known.split(", "), "matching"]);
});

test("checkHubConfig() ends with a file that multiplies aliases", () => {
  const levels = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`);
  const text = `networks: {}\na0: &a0 x\n${levels.join("\n")}\n`;

  assert.ok(problemsOf(text).length > 0);
});

test("checkHubConfig() refuses aliases that multiply within the options of a device", () => {
  const device = JSON.stringify(fileURLToPath(import.meta.url));
  const levels = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`);
  const map = `{ a0: &a0 x, ${levels.join(", ")} }`;

  const problems = problemsOf(
    `networks: { n: { members: { m: { device: ${device}, options: ${map} } } } }`,
  );

  assert.match(problems.join("\n"), /options: is no plain JSON/);
});

for (const [what, text] of Object.entries({
  brackets: `networks: ${"[".repeat(200_000)}`,
  braces: `networks: ${"{a: ".repeat(100_000)}`,
  "lists in lists": `networks:\n  ${"- ".repeat(200_000)}`,
  columns: Array.from({ length: 1000 }, (_, n) => `${" ".repeat(n)}a:`).join("\n"),
})) {
  test(`checkHubConfig() refuses a file of nested ${what}, and does not end the process`, () => {
    assert.match(problemsOf(text)[0] ?? "", /nested too deeply/);
  });
}

test("checkHubConfig() reads an owner as a number where it has only digits", () => {
  const text = 'networks: { n: { members: { m: { port: x, owner: "1000", group: 0 } } } }';

  assert.deepEqual(checkHubConfig(text).config?.networks["n"]?.members["m"], {
    port: "x",
    owner: 1000,
    group: 0,
  });
});

test("checkHubConfig() refuses a file of more than 1 MiB", () => {
  assert.match(problemsOf(`# ${"x".repeat(1024 * 1024)}`)[0] ?? "", /exceeds 1 MiB/);
});

test("validateHubConfig() names the field of an object", () => {
  const wrong = { networks: { a: { members: { x: { port: "x", queue: "lots" } } } } };

  assert.throws(
    () => validateHubConfig(wrong),
    (error) =>
      error instanceof HubConfigError &&
      error.name === "ConfigurationError" &&
      error.problems[0]?.field === "networks.a.members.x.queue" &&
      error.problems[0].line === undefined,
  );
});

test("HubConfigError is known by instanceof also where another copy of the package made it", () => {
  const brand = Symbol.for("anyserial.hub.HubConfigError");
  const problem = { file: undefined, line: undefined, column: undefined, field: "networks" };
  const own = new HubConfigError([{ ...problem, value: undefined, reason: "x", hint: undefined }]);
  class Narrower extends HubConfigError {}

  assert.ok(own instanceof HubConfigError);
  assert.ok(own instanceof ConfigurationError);
  assert.ok(Object.assign(new Error("x"), { [brand]: true }) instanceof HubConfigError);
  assert.equal(new ConfigurationError("x") instanceof HubConfigError, false);
  assert.equal(own instanceof Narrower, false);
});
