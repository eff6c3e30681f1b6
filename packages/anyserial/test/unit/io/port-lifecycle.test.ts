import { deepEqual, equal, throws } from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { SerialDisconnectedError } from "anyserial";
import { Receiver } from "../../../dist/io/receiver.js";
import { Writer } from "../../../dist/io/writer.js";
import { coreOf, FakeBackendPort, openFakePort } from "../../helpers/fake-backend-port.ts";

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });

test("PortLifecycle.close() ends waiting calls before it closes the backend's port", async () => {
  const { port, core } = openFakePort();
  port.room = 0;
  const reading = new Receiver(core, port).receive(1) as Promise<unknown>;
  const writing = new Writer(core).send(new Uint8Array(1), undefined);
  reading.catch(() => port.calls.push("read ended"));
  writing.catch(() => port.calls.push("write ended"));
  await nextTask();
  port.calls.length = 0;

  await core.close();

  deepEqual(port.calls, ["read ended", "write ended", "close"]);
});

test("PortLifecycle.close() closes once, however often it is called", async () => {
  const { port, core } = openFakePort();

  const first = core.close();
  equal(core.close(), first);
  await first;
  await core.close();

  equal(port.calls.filter((call) => call === "close").length, 1);
});

test("PortLifecycle.isOpen is false from the moment that close() is called", () => {
  const { core } = openFakePort();

  void core.close();

  equal(core.isOpen, false);
  equal(core.ending.aborted, true);
});

test("PortLifecycle.closed resolves with nothing after close()", async () => {
  const { core } = openFakePort();
  await core.close();

  equal(await core.closed, undefined);
});

test("PortLifecycle ends when the backend reports a disconnect, with its cause", async () => {
  const { port, core } = openFakePort();

  port.onFailed?.(gone);
  port.onFailed?.(new SerialDisconnectedError("again"));

  equal(core.isOpen, false);
  equal(await core.closed, gone);
  equal(port.calls.filter((call) => call === "close").length, 1);
});

test("PortLifecycle.close() after a disconnect waits for the same end", async () => {
  const { port, core } = openFakePort();
  port.onFailed?.(gone);
  await core.close();

  equal(await core.closed, gone);
});

test("PortLifecycle stays closed by its user when the device goes away meanwhile", async () => {
  const { port, core } = openFakePort();
  const closing = core.close();
  port.onFailed?.(gone);
  await closing;

  equal(await core.closed, undefined);
});

test("PortLifecycle.run() passes results and errors through", () => {
  const { core } = openFakePort();
  const failure = new Error("mine");

  equal(
    core.run("inputWaiting", () => 3),
    3,
  );
  throws(
    () =>
      core.run("inputWaiting", () => {
        throw failure;
      }),
    (error) => error === failure,
  );
  equal(core.isOpen, true);
});

test("PortLifecycle.run() ends the port when a call finds the device gone", async () => {
  const { core } = openFakePort();

  throws(
    () =>
      core.run("modemLines", () => {
        throw gone;
      }),
    (error) => error === gone,
  );

  equal(await core.closed, gone);
});

test("PortLifecycle.run() makes no call after close", async () => {
  const { core } = openFakePort();
  await core.close();
  let isCalled = false;

  throws(
    () =>
      core.run("modemLines", () => {
        isCalled = true;
      }),
    {
      name: "SerialClosedError",
      code: "ERR_SERIAL_CLOSED",
      operation: "modemLines",
      path: "/dev/fake",
      message: 'Cannot read the modem lines of port "/dev/fake": the port is closed',
    },
  );
  equal(isCalled, false);
});

test("PortLifecycle.check() says that the device is gone after a disconnect", async () => {
  const { port, core } = openFakePort();
  port.onFailed?.(gone);
  await core.closed;

  throws(() => core.check("send"), {
    name: "SerialDisconnectedError",
    code: "EIO",
    cause: gone,
    message: 'Cannot write to port "/dev/fake": the device is gone',
  });
});

test("PortLifecycle.beforeClose() undoes before the backend's port is closed, unless taken back", async () => {
  const { port, core } = openFakePort();
  core.beforeClose(() => port.calls.push("undo"));
  const takeBack = core.beforeClose(() => port.calls.push("never"));
  takeBack();

  await core.close();

  deepEqual(
    port.calls.filter((call) => !call.startsWith("cancel")),
    ["undo", "close"],
  );
});

test("PortLifecycle publishes its end and the discarded bytes", async (t) => {
  const port = new FakeBackendPort();
  const core = coreOf(port, {}, Object.assign(port, { longestOutputMs: () => 1 }));
  const messages: unknown[] = [];
  const listener = (message: unknown): unknown => messages.push(message);
  subscribe("anyserial:close", listener);
  t.after(() => unsubscribe("anyserial:close", listener));
  port.queued = 12;

  await core.close();

  deepEqual(messages, [{ path: "/dev/fake", discardedBytes: 12, cause: undefined }]);
});

test("PortLifecycle publishes errors of this library only", (t) => {
  const { core } = openFakePort();
  const messages: { error: unknown }[] = [];
  const listener = (message: unknown): unknown => messages.push(message as { error: unknown });
  subscribe("anyserial:error", listener);
  t.after(() => unsubscribe("anyserial:error", listener));

  core.noticed(new Error("aborted"));
  core.noticed(gone);

  deepEqual(
    messages.map(({ error }) => error),
    [gone],
  );
});
