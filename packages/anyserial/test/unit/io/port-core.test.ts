import { deepEqual, equal, throws } from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { test } from "node:test";
import { SerialDisconnectedError } from "anyserial";
import { coreOf, FakeBackendPort, openFakePort } from "../../helpers/fake-backend-port.ts";

const gone = new SerialDisconnectedError("unplugged", { code: "EIO" });

test("PortCore.close() wakes what waits before it closes the backend's port", async () => {
  const { port, core } = openFakePort();
  void (port.read(new Uint8Array(1)) as Promise<number>).then(() => port.calls.push("read ended"));
  port.room = 0;
  void (port.write(new Uint8Array(1)) as Promise<number>).then(() =>
    port.calls.push("write ended"),
  );
  port.calls.length = 0;

  await core.close();

  deepEqual(port.calls, ["cancelRead", "cancelWrite", "read ended", "write ended", "close"]);
});

test("PortCore.close() closes once, however often it is called", async () => {
  const { port, core } = openFakePort();

  const first = core.close();
  equal(core.close(), first);
  await first;
  await core.close();

  equal(port.calls.filter((call) => call === "close").length, 1);
});

test("PortCore.isOpen is false from the moment that close() is called", () => {
  const { core } = openFakePort();

  void core.close();

  equal(core.isOpen, false);
  equal(core.ending.aborted, true);
});

test("PortCore.closed resolves with nothing after close()", async () => {
  const { core } = openFakePort();
  await core.close();

  equal(await core.closed, undefined);
});

test("PortCore ends when the backend tells of a disconnect, with its cause", async () => {
  const { port, core } = openFakePort();

  port.onDisconnect?.(gone);
  port.onDisconnect?.(new SerialDisconnectedError("again"));

  equal(core.isOpen, false);
  equal(await core.closed, gone);
  equal(port.calls.filter((call) => call === "close").length, 1);
});

test("PortCore.close() after a disconnect waits for the same end", async () => {
  const { port, core } = openFakePort();
  port.onDisconnect?.(gone);
  await core.close();

  equal(await core.closed, gone);
});

test("PortCore stays closed by its user when the device goes away meanwhile", async () => {
  const { port, core } = openFakePort();
  const closing = core.close();
  port.onDisconnect?.(gone);
  await closing;

  equal(await core.closed, undefined);
});

test("PortCore.run() passes results and errors through", () => {
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

test("PortCore.run() ends the port when a call finds the device gone", async () => {
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

test("PortCore.run() makes no call after close", async () => {
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

test("PortCore.check() says that the device is gone after a disconnect", async () => {
  const { port, core } = openFakePort();
  port.onDisconnect?.(gone);
  await core.closed;

  throws(() => core.check("send"), {
    name: "SerialDisconnectedError",
    code: "EIO",
    cause: gone,
    message: 'Cannot write to port "/dev/fake": the device is gone',
  });
});

test("PortCore.beforeClose() undoes before the backend's port is closed, unless taken back", async () => {
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

test("PortCore.lineErrorsSinceOpen() counts from the opening on", () => {
  const port = new FakeBackendPort();
  const before = { framing: 5, parity: 1, overrun: 0, break: 2, bufferOverflow: 0 };
  port.errors = before;
  const core = coreOf(port);
  port.errors = { ...before, framing: 8 };

  deepEqual(core.lineErrorsSinceOpen(), {
    framing: 3,
    parity: 0,
    overrun: 0,
    break: 0,
    bufferOverflow: 0,
  });
});

test("PortCore.lineErrorsSinceOpen() fails where the driver does not count", () => {
  throws(() => openFakePort().core.lineErrorsSinceOpen(), { name: "UnsupportedFeatureError" });
});

test("PortCore publishes its end and what was discarded", async (t) => {
  const { port, core } = openFakePort();
  const messages: unknown[] = [];
  const listener = (message: unknown): unknown => messages.push(message);
  subscribe("anyserial:close", listener);
  t.after(() => unsubscribe("anyserial:close", listener));
  port.discarded = 12;

  await core.close();

  deepEqual(messages, [{ path: "/dev/fake", discardedBytes: 12, cause: undefined }]);
});

test("PortCore publishes errors of this library only", (t) => {
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
