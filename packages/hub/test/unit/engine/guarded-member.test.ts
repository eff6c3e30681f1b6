// The error boundary of a member: every call, every errno.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { constants } from "node:os";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import type { Pauses } from "../../../dist/engine/backoff.js";
import { GuardedMember } from "../../../dist/engine/guarded-member.js";
import type { MemberPauses } from "../../../dist/engine/pauses.js";
import { FakeHost, FakeMember, type MemberCall } from "../../helpers/fake-member.ts";

const ERRNOS = Object.entries(constants.errno);

const SOON: Pauses = { firstMs: 0, secondMs: 0, longestMs: 0, stableMs: 0 };
const PAUSES: MemberPauses = { renewal: SOON, replacement: SOON, opening: SOON };

/** The answer of a call that fails. */
interface Answer {
  readonly call: (guarded: GuardedMember) => unknown;
  readonly answer: unknown;
}

/** Calls after whose failure a member begins anew. */
const DEEDS = {
  isPresent: { call: (guarded) => guarded.isPresent, answer: false },
  write: { call: (guarded) => guarded.write(new Uint8Array(3)), answer: 0 },
  notifyWritable: { call: (guarded) => guarded.notifyWritable(), answer: undefined },
  setReading: { call: (guarded) => guarded.setReading(true), answer: undefined },
  discardUnread: { call: (guarded) => guarded.discardUnread(), answer: undefined },
  publish: { call: (guarded) => guarded.publish(), answer: undefined },
} as const satisfies Partial<Record<MemberCall, Answer>>;

/** Calls that only find something out. */
const LOOKS = {
  path: { call: (guarded) => guarded.path, answer: "" },
  devicePath: { call: (guarded) => guarded.devicePath, answer: undefined },
  peer: { call: (guarded) => guarded.peer, answer: undefined },
  link: { call: (guarded) => guarded.link, answer: undefined },
  unreadBytes: { call: (guarded) => guarded.unreadBytes(), answer: undefined },
  hasRead: { call: (guarded) => guarded.hasRead(), answer: undefined },
  settings: { call: (guarded) => guarded.settings(), answer: undefined },
  lines: { call: (guarded) => guarded.lines, answer: undefined },
  hasFraming: { call: (guarded) => guarded.hasFraming, answer: false },
  clients: { call: (guarded) => guarded.clients().length, answer: 0 },
} as const satisfies Partial<Record<MemberCall, Answer>>;

/** Calls whose failure changes nothing. */
const ENDS = {
  hangUp: { call: (guarded) => guarded.hangUp(), answer: undefined },
  repair: { call: (guarded) => guarded.repair(), answer: undefined },
  reconfigure: { call: (guarded) => guarded.reconfigure({ port: "/x" }), answer: undefined },
} as const satisfies Partial<Record<MemberCall, Answer>>;

/** Every call of a member is in one of the tables, or has a test of its own. */
type Untested = Exclude<
  MemberCall,
  | keyof typeof DEEDS
  | keyof typeof LOOKS
  | keyof typeof ENDS
  | "open"
  | "close"
  | "follow"
  | "discardLine"
  | "setControlLines"
>;
const untested: Record<Untested, never> = {};

class Setup {
  readonly member = new FakeMember();
  readonly host = new FakeHost();
  readonly guarded = new GuardedMember(this.member, this.host, PAUSES);

  /** Lets a call fail with an errno. */
  fail(failing: MemberCall, [code, errno]: readonly [string, number]): Error {
    const error = Object.assign(new Error(`${failing} failed (${code})`), { code, errno });
    this.member.enter = (call) => {
      if (call === failing) throw error;
    };
    return error;
  }

  timesCalled(call: MemberCall): number {
    return this.member.calls.filter((one) => one === call).length;
  }
}

for (const [name, { call, answer }] of Object.entries({ ...DEEDS, ...untested })) {
  test(`GuardedMember reports every errno of ${name}, and begins anew`, async () => {
    for (const errno of ERRNOS) {
      const setup = new Setup();
      const error = setup.fail(name as MemberCall, errno);

      equal(call(setup.guarded), answer);

      deepEqual(setup.host.errors, errno[0] === "EBUSY" ? [] : [error]);
      await until("it is hung up", () => setup.timesCalled("hangUp") === 1);
    }
  });
}

for (const [name, { call, answer }] of Object.entries(LOOKS)) {
  test(`GuardedMember reports every errno of ${name} once, and leaves the member alone`, async () => {
    for (const errno of ERRNOS) {
      const setup = new Setup();
      const error = setup.fail(name as MemberCall, errno);

      equal(call(setup.guarded), answer);
      equal(call(setup.guarded), answer);

      deepEqual(setup.host.failedLooks, errno[0] === "EBUSY" ? [] : [error]);
      await nextTask();
      equal(setup.timesCalled("hangUp"), 0);
    }
  });
}

for (const [name, { call, answer }] of Object.entries(ENDS)) {
  test(`GuardedMember reports every errno of ${name}, and goes on`, () => {
    for (const errno of ERRNOS) {
      const setup = new Setup();
      const error = setup.fail(name as MemberCall, errno);

      equal(call(setup.guarded), answer);

      deepEqual(setup.host.errors, [error]);
    }
  });
}

test("GuardedMember.close() resolves whatever errno the member's own rejects with", async () => {
  for (const errno of ERRNOS) {
    const setup = new Setup();
    const error = setup.fail("close", errno);

    await setup.guarded.close();

    deepEqual(setup.host.errors, [error]);
  }
});

test("GuardedMember.open() rejects with every errno that is the caller's", async () => {
  for (const errno of ERRNOS) {
    const setup = new Setup();
    const error = setup.fail("open", errno);

    await rejects(setup.guarded.open(), error);
  }
});

test("GuardedMember retries opening and publishing, whatever the errno", async () => {
  for (const errno of ERRNOS) {
    const setup = new Setup();
    const error = setup.fail("open", errno);
    await setup.guarded.open(() => false);
    setup.guarded.publish();
    equal(setup.timesCalled("publish"), 0);
    await until("it is tried again", () => setup.timesCalled("open") === 2);

    setup.member.enter = () => undefined;
    await until("it is published", () => setup.timesCalled("publish") === 1);

    ok(setup.host.errors.length >= 2);
    for (const reported of setup.host.errors) equal(reported, error);
    equal(setup.host.timesWorking, 1);
  }
});

test("GuardedMember does nothing any more after close()", async () => {
  const setup = new Setup();
  setup.fail("write", ["EIO", 5]);
  setup.guarded.write(new Uint8Array(1));

  await setup.guarded.close();
  setup.guarded.fail(new Error("late"));
  await nextTask();

  deepEqual(setup.member.calls, ["write", "close"]);
  equal(setup.host.errors.length, 1);
});

test("GuardedMember.follow() reports a failure as refused settings", async () => {
  const setup = new Setup();
  const error = setup.fail("follow", ["EIO", 5]);

  await setup.guarded.follow({ baudRate: 9600 });

  deepEqual(setup.host.refusedSettings, [error]);
});

test("GuardedMember.discardLine() reports a failure, and the member stays", async () => {
  const setup = new Setup();
  const error = setup.fail("discardLine", ["EIO", 5]);

  await setup.guarded.discardLine("output");

  deepEqual(setup.host.failedLooks, [error]);
  equal(setup.timesCalled("hangUp"), 0);
});

test("GuardedMember hands a failure to set lines to its caller, and keeps the member", async () => {
  const { guarded, host, member } = new Setup();
  member.setControlLines = async (): Promise<void> => {
    throw new Error("no such line");
  };

  await rejects(guarded.setControlLines({ dtr: true }), { message: "no such line" });

  deepEqual(host.errors, []);
});

test("GuardedMember refuses lines where the member has none", async () => {
  const { guarded, member } = new Setup();
  Object.assign(member, { setControlLines: undefined });

  await rejects(guarded.setControlLines({ rts: false }), { code: "ERR_SERIAL_UNSUPPORTED" });
});
