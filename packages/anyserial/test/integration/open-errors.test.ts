// Everything that is no usable port, and what opening it leaves behind: nothing.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { constants } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { isSerialError, openSerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { type Ending, startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";

interface Attempt {
  readonly outcome: string;
  readonly leaked: readonly string[];
}

interface BadPath {
  readonly what: string;
  readonly make: (folder: string) => string;
  readonly code: string;
}

const badPaths: readonly BadPath[] = [
  { what: "a path where nothing is", make: (folder) => join(folder, "none"), code: "ENOENT" },
  { what: "a path in no folder", make: (folder) => join(folder, "a/b/c"), code: "ENOENT" },
  {
    what: "a path below a file",
    make: (folder) => join(file(folder), "tty"),
    code: "ENOTDIR",
  },
  { what: "a regular file", make: file, code: "ENOTTY" },
  {
    what: "a folder",
    make: (folder) => {
      mkdirSync(join(folder, "sub"));
      return join(folder, "sub");
    },
    code: "EISDIR",
  },
  {
    what: "a FIFO",
    make: (folder) => {
      execFileSync("mkfifo", [join(folder, "fifo")]);
      return join(folder, "fifo");
    },
    code: "ENOTTY",
  },
  { what: "/dev/null", make: () => "/dev/null", code: "ENOTTY" },
  { what: "a dangling link", make: (folder) => link(folder, "/nowhere/tty"), code: "ENOENT" },
  { what: "a link to itself", make: (folder) => link(folder, "link"), code: "ELOOP" },
  { what: "a name of 300 letters", make: () => `/dev/${"x".repeat(300)}`, code: "ENAMETOOLONG" },
];

test("openSerialPort() names a line break at the end of a path, and escapes it in the message", async () => {
  await rejects(openSerialPort("/dev/ttyNONE0\n"), (error) => {
    ok(isSerialError(error));
    equal(error.message, 'Cannot open port "/dev/ttyNONE0\\n": no such file or directory (ENOENT)');
    match(error.hint ?? "", /^the path ends with a line break: pass path\.trim\(\)/);
    return true;
  });
});

test("openSerialPort() of a name without a folder says where ports are", async () => {
  await rejects(openSerialPort("ttyNONE0"), { code: "ENOENT" });
  await rejects(openSerialPort("ttyNONE0"), (error) => {
    return isSerialError(error) && /^write \/dev\/ttyNONE0: /.test(error.hint ?? "");
  });
});

for (const { what, make, code } of badPaths) {
  test(
    `openSerialPort() of ${what} fails with PortNotFoundError ${code}`,
    leakFree(async (t) => {
      const path = make(temporaryFolder(t));

      await rejects(openSerialPort(path), {
        name: "PortNotFoundError",
        code,
        errno: constants.errno[code as keyof typeof constants.errno],
        path,
        operation: "open",
      });
    }),
  );
}

test(
  "openSerialPort() of a Unix socket fails with PortNotFoundError ENXIO",
  leakFree(async (t) => {
    const path = join(temporaryFolder(t), "socket");
    const server = createServer().listen(path);
    await once(server, "listening");
    t.after(() => server.close());

    await rejects(openSerialPort(path), { name: "PortNotFoundError", code: "ENXIO" });
    server.close();
    await once(server, "close");
  }),
);

test(
  "openSerialPort() follows a chain of links, and names the path that was given",
  leakFree(async (t) => {
    const folder = temporaryFolder(t);
    await using device = await createVirtualPort();
    symlinkSync(device.path, join(folder, "one"));
    symlinkSync("one", join(folder, "two"));
    await using port = await openSerialPort(join(folder, "two"));

    equal(port.path, join(folder, "two"));
    equal(readlinkSync(`/proc/self/fd/${port.fd}`), device.path);
  }),
);

test(
  "openSerialPort() without permission fails with PortPermissionError and says how to get it",
  leakFree(async () => {
    await using device = await createVirtualPort({ mode: 0 });
    await using child = startFixture("open-as-nobody", { args: [device.path] });
    const error = (await child.message()) as Record<string, unknown>;

    equal(error["name"], "PortPermissionError");
    equal(error["code"], "EACCES");
    equal(error["path"], device.path);
    match(String(error["hint"]), /usermod -aG/);
    deepEqual(await child.ended(), done());
  }),
);

test(
  "openSerialPort() of an exclusive port of another process fails, naming program and pid",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using holder = startFixture("hold-port", {
      args: [device.path, JSON.stringify({ exclusive: true })],
    });
    await holder.message();

    const error = await openSerialPort(device.path, { exclusive: true }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    ok(isSerialError(error));
    equal(error.name, "PortBusyError");
    // Which lock answers depends on the user: TIOCEXCL lets root pass, flock(2) does not.
    match(error.code, /^(EAGAIN|EBUSY)$/);
    match(error.message, new RegExp(`\\(pid ${holder.pid}\\)`));
    match(String(error.hint), new RegExp(`pid ${holder.pid}`));

    holder.process.stdin?.end();
    deepEqual(await holder.ended(), done());
    await (await openSerialPort(device.path, { exclusive: true })).close();
  }),
);

test(
  "openSerialPort() without asking for exclusive access is refused too, except for root",
  leakFree(async () => {
    await using device = await createVirtualPort({ mode: 0o666 });
    await using port = await openSerialPort(device.path, { exclusive: true });
    await using child = startFixture("open-as-nobody", { args: [device.path] });
    const error = (await child.message()) as Record<string, unknown>;

    equal(port.config.exclusive, true);
    equal(error["name"], "PortBusyError");
    equal(error["code"], "EBUSY");
    deepEqual(await child.ended(), done());
  }),
);

test("openSerialPort() with too few descriptors left fails, and leaves none behind", async () => {
  await using device = await createVirtualPort();
  await using child = startFixture("open-without-descriptors", {
    descriptors: 64,
    args: [device.path],
  });
  const outcomes: string[] = [];
  while (outcomes.at(-1) !== "open") {
    const { outcome, leaked } = (await child.message()) as Attempt;
    outcomes.push(outcome);
    deepEqual(leaked, [], outcomes.join());
  }

  equal(outcomes[0], "SerialError EMFILE");
  for (const outcome of outcomes.slice(0, -1)) match(outcome, /^SerialError /);
  deepEqual(await child.ended(), done());
});

function file(folder: string): string {
  writeFileSync(join(folder, "file"), "not a port");
  return join(folder, "file");
}

function link(folder: string, target: string): string {
  symlinkSync(target, join(folder, "link"));
  return join(folder, "link");
}

function done(): Ending {
  return { code: 0, signal: null, stderr: "" };
}
