// The substitute for a watch that is refused: a check a second later, and an error only where that
// cannot help.

import "@anyserial/test-support/fakeable-timers"; // first
import { deepEqual, equal, throws } from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { FSWatcher } from "node:fs";
import { type TestContext, test } from "node:test";
import { SerialError, UnsupportedPlatformError } from "anyserial";
import type { Backend, PortWatch } from "../../dist/backend/backend.js";
import { type WatchFolder, watchPath } from "../../dist/discovery/watch-path.js";
import { watchPorts } from "../../dist/discovery/watch-ports.js";
import { UnsupportedBackend } from "../../dist/platform/unsupported.js";

/** A clock that the test moves, and the warnings that were given. */
function setUp(t: TestContext): {
  readonly warnings: string[];
  readonly tick: (ms: number) => void;
} {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const warnings: string[] = [];
  t.mock.method(process, "emitWarning", (_message: string, { code }: { code: string }) => {
    warnings.push(code);
  });
  return { warnings, tick: (ms) => t.mock.timers.tick(ms) };
}

function refusing(error: Error): Backend {
  const watch = (): PortWatch => {
    throw error;
  };
  return { ...new UnsupportedBackend("linux", "for tests"), watch } as unknown as Backend; // nothing else is asked
}

test("watchPorts() looks once a second where the system refuses to watch, until it is closed", async (t) => {
  const { tick } = setUp(t);
  const watch = watchPorts(refusing(new SerialError("refused", { code: "ERR_SERIAL_IOKIT" })));

  const first = watch.next();
  tick(1000);
  deepEqual(await first, { gone: new Set() });
  const pending = watch.next();
  watch.close();

  deepEqual([await pending, await watch.next()], [undefined, undefined]);
});

test("watchPorts() fails on a system that has no ports", () => {
  const error = new UnsupportedPlatformError("no backend", { code: "ERR_SERIAL_PLATFORM" });

  throws(() => watchPorts(refusing(error)), error);
});

test("watchPath() looks a second later when the folder is gone that was there just now", async (t) => {
  const { tick, warnings } = setUp(t);
  const watchFolder = (() => {
    throw Object.assign(new Error("gone"), { code: "ENOENT" });
  }) as WatchFolder;
  const change = watchPath("/tty", undefined, watchFolder);

  tick(1000);
  await change.next;

  change.stop();
  deepEqual(warnings, []);
});

test("watchPath() looks a second later when its watch fails afterwards", async (t) => {
  const { tick } = setUp(t);
  const watcher = Object.assign(new EventEmitter(), { close: () => undefined });
  const watchFolder = (() => watcher as unknown as FSWatcher) as WatchFolder;
  const change = watchPath("/tty", undefined, watchFolder);
  let isOver = false;
  void change.next.then(() => {
    isOver = true;
  });

  watcher.emit("error", Object.assign(new Error("no more"), { code: "EMFILE" }));
  await Promise.resolve();
  equal(isOver, false);
  tick(1000);
  await change.next;

  change.stop();
});
