// Promises of a port whose device goes away.

import { equal, ok, rejects, throws } from "node:assert/strict";
import { SerialDisconnectedError } from "../../errors/errors.ts";
import type { SerialPort } from "../../port/serial-port.ts";
import {
  bytes,
  fill,
  nextTask,
  pattern,
  rejection,
  type SuiteCase,
  type SuiteHooks,
} from "./pair.ts";

const GONE = { name: "SerialDisconnectedError" };

const waiting: readonly SuiteCase[] = [
  {
    name: "receive() that waits rejects when the device goes away",
    needs: ["disconnect"],
    run: async ({ a, hooks }) => {
      const failed = rejects(a.receive(), { ...GONE, path: a.path, operation: "receive" });
      await nextTask();
      await unplug(hooks);

      await failed;
      equal(a.isOpen, false);
    },
  },
  {
    name: "send() that waits rejects when the device goes away, and reports how many bytes went out",
    needs: ["disconnect", "sendDisconnect", "backpressure"],
    run: async ({ a, hooks, moreThanFits }) => {
      const failed = rejection(a.send(pattern(moreThanFits)));
      await nextTask();
      await unplug(hooks);
      const error = await failed;

      ok(error instanceof SerialDisconnectedError);
      equal(error.bytesWritten, a.stats().bytesOut);
      equal(a.isOpen, false);
    },
  },
  {
    name: "drain() that waits rejects when the device goes away",
    needs: ["disconnect", "outputQueue", "drainDisconnect"],
    run: async ({ a, hooks, moreThanFits }) => {
      await fill(a, pattern(moreThanFits));
      const failed = rejects(a.drain(), GONE);
      await nextTask();
      await unplug(hooks);

      await failed;
    },
  },
  {
    name: "for await fails when the device goes away",
    needs: ["disconnect"],
    run: async ({ a, hooks }) => {
      const failed = rejects(async () => {
        for await (const _ of a) ok(true);
      }, GONE);
      await nextTask();
      await unplug(hooks);

      await failed;
    },
  },
  {
    name: "modemLineChanges() fails when the device goes away",
    needs: ["disconnect", "idleDisconnect", "modemLines"],
    run: async ({ a, hooks }) => {
      const changes = a.modemLineChanges();
      const failed = rejects(async () => {
        for await (const _ of changes) ok(true);
      }, GONE);
      await nextTask();
      await unplug(hooks);

      await failed;
    },
  },
];

const afterwards: readonly SuiteCase[] = [
  {
    name: "closed resolves with the cause when the device of an idle port goes away",
    needs: ["disconnect", "idleDisconnect"],
    run: async ({ a, hooks }) => {
      await unplug(hooks);
      const cause = await a.closed;

      ok(cause instanceof SerialDisconnectedError);
      equal(cause.path, a.path);
      equal(a.isOpen, false);
    },
  },
  {
    name: "closed resolves with the cause also when a receive was rejected first",
    needs: ["disconnect"],
    run: async ({ a, hooks }) => {
      const failed = rejection(a.receive());
      await nextTask();
      await unplug(hooks);

      ok((await failed) instanceof SerialDisconnectedError);
      ok((await a.closed) instanceof SerialDisconnectedError);
    },
  },
  {
    name: "every call after the device went away fails with SerialDisconnectedError",
    needs: ["disconnect"],
    run: async ({ a, hooks }) => {
      const failed = rejection(a.receive());
      await unplug(hooks);
      await failed;
      await a.closed;

      for (const call of CALLS) await rejects(async () => call(a), { ...GONE, path: a.path });
      throws(() => a.trySend(bytes("x")), GONE);
    },
  },
  {
    name: "close() after the device went away resolves, and closed keeps the cause",
    needs: ["disconnect"],
    run: async ({ a, hooks }) => {
      const failed = rejection(a.receive());
      await unplug(hooks);
      await failed;
      await a.close();

      ok((await a.closed) instanceof SerialDisconnectedError);
    },
  },
  {
    name: "close() and a device that goes away at the same time end the port once",
    needs: ["disconnect"],
    run: async ({ a, hooks }) => {
      const failed = rejection(a.receive());
      await nextTask();
      const closing = a.close();
      await unplug(hooks);
      await closing;

      ok((await failed) instanceof Error);
      equal(a.isOpen, false);
      await a.closed;
    },
  },
];

const CALLS: readonly ((port: SerialPort) => Promise<unknown>)[] = [
  (port) => port.receive(),
  (port) => port.send(bytes("x")),
  (port) => port.drain(),
  (port) => port.inputWaiting(),
  (port) => port.discardInput(),
  (port) => port.configure({ baudRate: 9600 }),
  (port) => port.setControlLines({ rts: true }),
];

async function unplug(hooks: SuiteHooks | undefined): Promise<void> {
  if (hooks?.disconnect === undefined) throw new Error('the pair has no "disconnect" hook');
  await hooks.disconnect();
}

export const disconnectCases: readonly SuiteCase[] = [...waiting, ...afterwards];
