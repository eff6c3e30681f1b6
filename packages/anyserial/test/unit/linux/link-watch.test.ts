// Which folders are watched for a link, and when a refusal is worth a warning.

import "@anyserial/test-support/fakeable-timers"; // first
import { deepEqual, equal } from "node:assert/strict";
import { constants } from "node:os";
import { type TestContext, test } from "node:test";
import { IN, Inotify } from "../../../dist/linux/inotify.js";
import { watchPlace } from "../../../dist/linux/link-watch.js";
import { FakeLibc } from "../../helpers/fake-libc.ts";
import { FakeReadiness } from "../../helpers/fake-readiness.ts";

const PLACE = { folder: "/run/private/plant", names: ["tty", ".tty.lock"] };
const { EACCES, ENOENT, ENOSPC } = constants.errno;

interface Watched {
  readonly added: string[];
  readonly removed: number[];
  readonly warnings: unknown[];
  hints: number;
  readonly stop: () => void;
  /** An event of the folder of the link. */
  readonly tell: (mask: number, name: string) => void;
}

/** Watches, where one folder is refused. */
function watch(
  t: TestContext,
  refused?: { readonly path: string; readonly errno: number },
): Watched {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const warnings: unknown[] = [];
  t.mock.method(process, "emitWarning", (message: string) => void warnings.push(message));
  const [libc, readiness] = [new FakeLibc(), new FakeReadiness()];
  const [added, removed]: [string[], number[]] = [[], []];
  const calls = {
    create: () => 9,
    add: (_fd: number, path: string) => {
      if (path === refused?.path) return -refused.errno;
      return added.push(path);
    },
    remove: (_fd: number, id: number) => removed.push(id),
  };
  const watched = { added, removed, warnings, hints: 0 };
  const stop = watchPlace(new Inotify(calls, libc, readiness), PLACE, () => watched.hints++);
  const tell = (mask: number, name: string): void => {
    const event = Buffer.alloc(32);
    event.writeInt32LE(1, 0);
    event.writeUInt32LE(mask, 4);
    event.writeUInt32LE(16, 12);
    event.write(name, 16);
    libc.reads.push([...event]);
    readiness.watches[0]?.listener.onIdle?.();
  };
  return Object.assign(watched, { stop, tell });
}

test("watchPlace() watches the folder of the link and those above it, and ends all of it", (t) => {
  const watched = watch(t);

  deepEqual(watched.added, ["/run/private/plant", "/run/private", "/run", "/"]);
  watched.stop();
  deepEqual(watched.removed, [1, 2, 3, 4]);
});

test("watchPlace() passes on events of the link, its lock and the folder, and nothing else", (t) => {
  const watched = watch(t);
  const seen: number[] = [];
  for (const [mask, name] of [
    [IN.DELETE, "other"],
    [IN.DELETE, "tty"],
    [IN.MOVED_TO, "tty"],
    [IN.MOVED_FROM, ".tty.lock"],
    [IN.MOVE_SELF, ""],
  ] as const) {
    watched.tell(mask, name);
    seen.push(watched.hints);
  }

  deepEqual(seen, [0, 1, 2, 3, 4]);
  watched.stop();
});

for (const [what, path, errno, warnings] of [
  ["a folder above that this user may not read", "/run/private", EACCES, 0],
  ["a folder that is gone", "/run/private/plant", ENOENT, 0],
  ["its own folder, which this user may not read", "/run/private/plant", EACCES, 1],
  ["a folder beyond the limit of the system", "/run", ENOSPC, 0], // reported by the test above: once a process
] as const) {
  test(`watchPlace() looks once a second in place of ${what}`, (t) => {
    const watched = watch(t, { path, errno });

    t.mock.timers.tick(3000);

    equal(watched.hints, 3);
    equal(watched.warnings.length, warnings);
    watched.stop();
    t.mock.timers.tick(3000);
    equal(watched.hints, 3);
  });
}
