// Messages to systemd.

import { tasks } from "@anyserial/test-support/tasks";
import "@anyserial/test-support/fakeable-timers"; // first
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { SystemdNotifier, takeSystemdEnv } from "../../../dist/service/systemd.js";

/** A helper that notes messages and answers each with a status. */
class Helper {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly errors: string[] = [];
  readonly notifier: SystemdNotifier;
  isStarted = false;

  constructor(env: NodeJS.ProcessEnv) {
    this.notifier = new SystemdNotifier({
      env,
      onError: (error) => this.errors.push(error.message),
      start: () => {
        this.isStarted = true;
        return this;
      },
    });
  }

  /** Everything sent so far, fields with a bar between. */
  get messages(): string[] {
    const text = String(this.stdin.read() ?? "");
    return text.replaceAll("\u001f", "|").split("\n").slice(0, -1);
  }
}

test("SystemdNotifier reports ready, reloading, ready and stopping in order", () => {
  const helper = new Helper({ NOTIFY_SOCKET: "/run/n" });

  helper.notifier.ready("2 members\nREADY=0\u001f");
  helper.notifier.reloading();
  helper.notifier.ready("3 members");
  helper.notifier.stopping();

  const messages = helper.messages;
  assert.equal(messages[0], "READY=1|STATUS=2 members READY=0 ");
  assert.match(messages[1] ?? "", /^RELOADING=1\|MONOTONIC_USEC=\d+$/);
  assert.deepEqual(messages.slice(2), ["READY=1|STATUS=3 members", "STOPPING=1"]);
  assert.deepEqual(helper.errors, []);
});

test("SystemdNotifier starts nothing where systemd did not start the process", async () => {
  const helper = new Helper({});

  helper.notifier.ready("x");
  helper.notifier.stopping();
  await helper.notifier.settledWithin(60_000);

  assert.equal(helper.isStarted, false);
});

test("SystemdNotifier is settled when every message was answered", async () => {
  const helper = new Helper({ NOTIFY_SOCKET: "/run/n" });
  helper.notifier.ready("x");
  helper.notifier.stopping();

  let isSettled = false;
  const settled = helper.notifier.settledWithin(60_000).then(() => {
    isSettled = true;
  });
  helper.stdout.write("0\n");
  await tasks(5);
  assert.equal(isSettled, false);
  helper.stdout.write("0\n");

  await settled;
});

test("SystemdNotifier reports once that it cannot notify", async () => {
  const helper = new Helper({ NOTIFY_SOCKET: "/run/n" });
  helper.notifier.ready("x");
  helper.notifier.stopping();

  const settled = helper.notifier.settledWithin(60_000);
  helper.stdout.write("127\n127\n");
  await settled;
  helper.notifier.ready("x");

  assert.deepEqual(helper.errors, ["Cannot notify systemd: the program systemd-notify is missing"]);
  assert.equal(helper.messages.length, 2);
});

test("SystemdNotifier feeds the watchdog twice in its time", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const env = { WATCHDOG_USEC: "30000000", WATCHDOG_PID: `${process.pid}` };
  const helper = new Helper({ ...env, NOTIFY_SOCKET: "/run/n" });
  helper.notifier.ready("x");

  t.mock.timers.tick(30_000);
  helper.notifier.stopping();
  t.mock.timers.tick(30_000);

  assert.deepEqual(helper.messages.slice(1), ["WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]);
});

test("SystemdNotifier leaves the watchdog of another process alone", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const helper = new Helper({
    NOTIFY_SOCKET: "/run/n",
    WATCHDOG_USEC: "30000000",
    WATCHDOG_PID: "1",
  });

  helper.notifier.ready("x");
  t.mock.timers.tick(60_000);

  assert.equal(helper.messages.length, 1);
});

test("takeSystemdEnv() leaves nothing for the programs that the hub starts", () => {
  const env = { PATH: "/bin", HOME: "/root", NOTIFY_SOCKET: "/run/n", WATCHDOG_USEC: "1" };

  const taken = takeSystemdEnv(env);

  assert.deepEqual(env, { PATH: "/bin", HOME: "/root" });
  assert.equal(taken["NOTIFY_SOCKET"], "/run/n");
  assert.equal(taken["PATH"], "/bin");
});
