// A port of the hub after its last application, whatever that one left behind. Run by root and by an
// ordinary user: TIOCEXCL does not stop root.

import { deepEqual, equal, ok } from "node:assert/strict";
import { readlinkSync, statSync } from "node:fs";
import { test } from "node:test";
import { missing } from "@anyserial/test-support/programs";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { BenchHub } from "../helpers/bench-hub.ts";
import { Program } from "../helpers/programs.ts";

const isRoot = process.getuid?.() === 0;
const noPython = missing("python3", ["-c", "import termios"]);

/** An application: opens the path, does something, says so, and waits to be killed. */
const APPLICATION = `
import fcntl, os, struct, sys, termios, time
fd = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
{deed}
os.write(fd, b"done") if {writes} else None
print("done", flush=True)
sys.stdin.read()
`;

const DEEDS = [
  { left: "exclusive use", deed: "fcntl.ioctl(fd, termios.TIOCEXCL)", writes: true },
  { left: "stopped output", deed: "termios.tcflow(fd, termios.TCOOFF)", writes: false },
  {
    left: "a line discipline",
    deed: "fcntl.ioctl(fd, termios.TIOCSETD, struct.pack('i', 27))",
    writes: false,
  },
] as const;

async function start(path: string, { deed, writes }: Omit<(typeof DEEDS)[number], "left">) {
  const code = APPLICATION.replace("{deed}", deed).replace("{writes}", writes ? "True" : "False");
  const program = new Program("python3", ["-c", code, path]);
  await until("it has done its deed", () => program.output.includes("done"));
  return program;
}

for (const { left, ...application } of DEEDS) {
  test(`a port works for its next application though one was killed that left ${left}`, {
    skip: noPython,
  }, async () => {
    await using bench = await BenchHub.start(["a", "b"], {}, { a: { mode: "0640" } });
    const b = await bench.open("b");
    await using killed = await start(bench.path("a"), application);
    await bench.event("member-open", "a");
    await killed.kill();
    await bench.event("member-close", "a");
    if (application.writes) equal(await receiveText(b, 4), "done");

    const a = await bench.open("a");
    await a.send(Buffer.from("hello"));
    equal(await receiveText(b, 5), "hello");
    await b.send(Buffer.from("there"));
    equal(await receiveText(a, 5), "there");

    equal(b.isOpen, true);
    equal(readlinkSync(bench.path("a")), bench.member("a").devicePath);
    equal(statSync(bench.path("a")).mode & 0o777, 0o640);
    deepEqual(bench.told("member-error"), []);
  });
}

test("the state of a port that an application has for itself is shown, without an error", {
  skip: noPython,
}, async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const b = await bench.open("b");
  await using exclusive = await start(bench.path("a"), DEEDS[0]);
  equal(await receiveText(b, 4), "done");
  await b.send(Buffer.from("12345"));

  const unread = await until("the bytes are there", () => {
    const { out, unreadBytes } = bench.member("a");
    return out.bytes === 5 && (isRoot ? unreadBytes === 5 : true) ? { unreadBytes } : undefined;
  });

  equal(unread.unreadBytes, isRoot ? 5 : null);
  equal(bench.member("a").applicationOpen, true);
  ok(exclusive.pid > 0);
  deepEqual(bench.told("member-error"), []);
});
