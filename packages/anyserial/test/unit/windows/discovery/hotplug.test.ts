// HotPlug over a source of changes that the test holds: the reports to listeners, and their cost.

import "@anyserial/test-support/fakeable-timers"; // first
import assert from "node:assert/strict";
import { test } from "node:test";
import { SerialError } from "../../../../dist/errors/errors.js";
import { HotPlug } from "../../../../dist/windows/discovery/hotplug.js";
import type { ChangeListener } from "../../../../dist/windows/discovery/registry-changes.js";

class FakeSource {
  arrivals: Record<string, string> = {};
  listener: ChangeListener | undefined;
  alive = false;
  started = 0;
  closed = 0;

  hotPlug(): HotPlug {
    return new HotPlug({
      watchChanges: (listener) => {
        this.listener = listener;
        this.started++;
        return {
          setAlive: (alive) => {
            this.alive = alive;
          },
          close: () => {
            this.closed++;
          },
        };
      },
      readArrivals: () => new Map(Object.entries(this.arrivals)),
    });
  }

  /** Something changed in the registry. */
  change(arrivals: Record<string, string> = this.arrivals): void {
    this.arrivals = arrivals;
    this.listener?.onChange();
  }
}

test("HotPlug reports a port that came, with none gone", async () => {
  const source = new FakeSource();
  const next = source.hotPlug().watch().next();

  source.change({ COM3: "a 1" });

  assert.deepEqual(await next, { gone: new Set() });
});

test("HotPlug names a port that went, and one whose device came anew under the same name", async () => {
  const source = new FakeSource();
  source.arrivals = { COM3: "a 1", COM4: "b 1", COM5: "c 1", COM6: "d 1" };
  const watch = source.hotPlug().watch();

  source.change({ COM3: "a 1", COM4: "b 2", COM6: "x 1" });

  assert.deepEqual(await watch.next(), { gone: new Set(["COM4", "COM5", "COM6"]) });
});

test("HotPlug keeps changes for a later call, and reports them as one", async () => {
  const source = new FakeSource();
  source.arrivals = { COM3: "a", COM4: "b" };
  const watch = source.hotPlug().watch();
  source.change({ COM4: "b" });
  source.change({ COM4: "b", COM3: "a" });
  source.change({ COM3: "a" });

  assert.deepEqual(await watch.next(), { gone: new Set(["COM3", "COM4"]) });
});

test("HotPlug reports to every listener, and no change from before it", async () => {
  const source = new FakeSource();
  source.arrivals = { COM3: "a" };
  const hotPlug = source.hotPlug();
  const first = hotPlug.watch();
  source.arrivals = {};
  const second = hotPlug.watch();
  assert.deepEqual(await first.next(), { gone: new Set(["COM3"]) });
  const both = [first.next(), second.next()];

  source.change({ COM4: "b" });

  assert.deepEqual(await Promise.all(both), [{ gone: new Set() }, { gone: new Set() }]);
  assert.equal(source.started, 1);
});

test("HotPlug keeps the process alive only while a call is pending", async () => {
  const source = new FakeSource();
  const watch = source.hotPlug().watch();
  assert.equal(source.alive, false);

  const next = watch.next();
  assert.equal(source.alive, true);
  source.change();
  await next;
  assert.equal(source.alive, false);

  const last = watch.next();
  watch.close();
  assert.equal(source.alive, false);
  assert.equal(await last, undefined);
});

test("HotPlug reports once more when the driver has had its time to start", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const source = new FakeSource();
  const watch = source.hotPlug().watch();
  source.change({ COM3: "a" });
  source.change({ COM3: "a" });
  await watch.next();
  const again = watch.next();

  t.mock.timers.tick(500);

  assert.deepEqual(await again, { gone: new Set() });
  watch.close();
});

test("HotPlug ends with its last listener and starts anew with the next", async () => {
  const source = new FakeSource();
  const hotPlug = source.hotPlug();
  const [first, second] = [hotPlug.watch(), hotPlug.watch()];

  first.close();
  first.close();
  assert.equal(source.closed, 0);
  second.close();
  assert.equal(source.closed, 1);
  assert.equal(await second.next(), undefined);

  hotPlug.watch();
  assert.equal(source.started, 2);
});

test("HotPlug fails every listener when it cannot go on, also one that asks later", async () => {
  const source = new FakeSource();
  const hotPlug = source.hotPlug();
  const [waiting, later] = [hotPlug.watch(), hotPlug.watch()];
  const next = waiting.next();
  const error = new SerialError("Cannot watch ports: the thread ended");

  source.listener?.onFailed(error);

  await assert.rejects(next, error);
  await assert.rejects(later.next(), error);
  assert.equal(source.closed, 1);
  later.close();
  assert.equal(source.closed, 1);
});
