// An emulated port and its link: what is reported of the link, and when it goes.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { SerialDisconnectedError, SerialError } from "anyserial";
import { VirtualPort } from "anyserial/pty";
import type { PortLink } from "../../dist/backend/port-link.js";
import { checkAccess } from "../../dist/virtual/device-access.js";
import { FakePtyPort } from "../helpers/fake-pty-port.ts";

class FakeLink implements PortLink {
  readonly path = "/run/plant/tty";
  readonly state = "in-place";
  onChange: PortLink["onChange"];
  readonly calls: string[] = [];

  point(device: string): void {
    this.calls.push(`point ${device}`);
  }

  withdraw(): void {}
  release(): void {
    this.calls.push("release");
  }
}

function open(): { port: VirtualPort; kernel: FakePtyPort; link: FakeLink } {
  const [kernel, link] = [new FakePtyPort(), new FakeLink()];
  return {
    port: new VirtualPort(kernel as never, { link, access: checkAccess({}) } as never),
    kernel,
    link,
  };
}

test("VirtualPort reports what became of its link, in changes() and to a listener", async () => {
  const { port, link } = open();
  const changes = port.changes();
  const heard: string[] = [];
  port.subscribe({ onData: () => undefined, onChange: ({ kind }) => void heard.push(kind) });
  const error = new SerialError("taken", { code: "EEXIST" });

  link.onChange?.({ kind: "lost", error });
  link.onChange?.({ kind: "restored" });

  deepEqual((await changes.next()).value, { kind: "link-lost", error });
  deepEqual((await changes.next()).value, { kind: "link-restored" });
  deepEqual(heard, ["link-lost", "link-restored"]);
  await port.close();
});

test("VirtualPort gives its link back when it is closed", async () => {
  const { port, link } = open();

  await port.close();

  equal(link.calls[0], "release");
});

test("VirtualPort gives its link back when the port ends by itself", async () => {
  const { port, kernel, link } = open();

  kernel.onFailed?.(new SerialDisconnectedError("gone", { code: "EIO" }));
  await port.closed;
  await nextTask();

  deepEqual(link.calls, ["release"]);
});
