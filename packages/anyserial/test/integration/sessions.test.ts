// serialSessions(): a device that comes and goes, seen through the links and folders of a real file
// system; a link that udev would make is made by the test.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { getEventListeners } from "node:events";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { openSerialPort, type SerialError, type SerialPort, serialSessions } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";

test(
  "serialSessions() yields a fresh port each time that the device is there",
  leakFree(async (t) => {
    const link = join(temporaryFolder(t), "ttyUSB0");
    const sessions = serialSessions(link, { baudRate: 1200 });
    const seen: SerialPort[] = [];

    for (let round = 0; round < 3; round++) {
      const next = sessions.next();
      await refusal("ENOENT", next);
      const device = await createVirtualPort({ link });
      const port = (await next).value as SerialPort;
      equal(device.settings().baudRate, 1200);
      await device.send(Buffer.from([round]));
      deepEqual([...(await port.receive())], [round]);
      seen.push(port);
      await device.close();
    }

    await sessions.return(undefined);
    equal(new Set(seen).size, 3);
    ok(seen.every((port) => !port.isOpen));
  }),
);

test(
  "serialSessions() opens a port when its holder lets go",
  leakFree(async (t) => {
    const link = join(temporaryFolder(t), "ttyUSB0");
    await using device = await createVirtualPort({ link });
    const holder = await openSerialPort(link, { exclusive: true });
    const sessions = serialSessions(link, { exclusive: true });
    const next = sessions.next();

    await refusal(process.getuid?.() === 0 ? "EAGAIN" : "EBUSY", next); // TIOCEXCL passes root
    await holder.close();
    const port = (await next).value as SerialPort;

    await port.send(Buffer.from("x"));
    equal((await device.receive()).length, 1);
    await sessions.return(undefined);
  }),
);

test(
  "serialSessions() follows a by-id link whose folder and device come later, in any order",
  leakFree(async (t) => {
    const dev = temporaryFolder(t);
    const byId = join(dev, "serial/by-id");
    const sessions = serialSessions(join(byId, "usb-thermo"));
    const next = sessions.next();

    await refusal("ENOENT", next);
    mkdirSync(byId, { recursive: true });
    await refusal("ENOENT", next);
    symlinkSync("../../ttyUSB7", join(byId, "usb-thermo"));
    await refusal("ENOENT", next);
    await using device = await createVirtualPort({ link: join(dev, "ttyUSB7") });
    const port = (await next).value as SerialPort;

    equal(port.path, join(byId, "usb-thermo"));
    await port.send(Buffer.from("x"));
    equal((await device.receive()).length, 1);
    await sessions.return(undefined);
  }),
);

test(
  "serialSessions() finds the device again under another name of the same link",
  leakFree(async (t) => {
    const dev = temporaryFolder(t);
    const link = join(dev, "thermo");
    const first = await createVirtualPort({ link: join(dev, "ttyUSB0") });
    symlinkSync("ttyUSB0", link);
    const sessions = serialSessions(link);
    await sessions.next();
    await first.close();

    rmSync(link);
    const next = sessions.next();
    await refusal("ENOENT", next);
    await using second = await createVirtualPort({ link: join(dev, "ttyUSB1") });
    symlinkSync("ttyUSB1", link);
    const port = (await next).value as SerialPort;

    await second.send(Buffer.from("x"));
    equal((await port.receive()).length, 1);
    await sessions.return(undefined);
  }),
);

test(
  "serialSessions() goes on when a file that is no port is replaced by one",
  leakFree(async (t) => {
    const link = join(temporaryFolder(t), "tty");
    writeFileSync(link, "not a port");
    const sessions = serialSessions(link);
    const next = sessions.next();
    await refusal("ENOTTY", next);
    rmSync(link);
    await using device = await createVirtualPort({ link });

    ok((await next).value?.isOpen);
    equal(device.applicationOpen, true);
    await sessions.return(undefined);
  }),
);

test(
  "serialSessions() goes on when permission is granted later",
  leakFree(async () => {
    await using device = await createVirtualPort({ mode: 0 });
    await using child = startFixture("session-as-nobody", { args: [device.path] });
    deepEqual(await child.message(), { refused: "EACCES" });
    chmodSync(device.devicePath, 0o666);

    // Any other pty that comes or goes makes it look again.
    deepEqual(await child.messageOtherThan({ refused: "EACCES" }), { opened: true });
    deepEqual(await child.ended(), { code: 0, signal: null, stderr: "" });
  }),
);

test(
  "serialSessions() aborted while it waits rejects with the reason, and ends",
  leakFree(async (t) => {
    const link = join(temporaryFolder(t), "tty");
    const controller = new AbortController();
    const reason = new Error("enough");
    const sessions = serialSessions(link, {}, { signal: controller.signal });
    const next = sessions.next();
    await refusal("ENOENT", next);
    controller.abort(reason);

    await rejects(next, (error) => error === reason);
    deepEqual(await sessions.next(), { done: true, value: undefined });
  }),
);

test(
  "serialSessions() with an aborted signal opens nothing",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const reason = new Error("enough");
    const sessions = serialSessions(device.path, {}, { signal: AbortSignal.abort(reason) });

    await rejects(sessions.next(), (error) => error === reason);
    equal(device.applicationOpen, false);
  }),
);

test(
  "serialSessions() closes the port of a body that breaks off, or throws",
  leakFree(async () => {
    await using device = await createVirtualPort();

    for await (const port of serialSessions(device.path)) {
      ok(port.isOpen);
      break;
    }
    equal(device.applicationOpen, false);
    const failed = async (): Promise<void> => {
      for await (const port of serialSessions(device.path)) throw new Error(port.path);
    };
    await rejects(failed(), { message: device.path });
    equal(device.applicationOpen, false);
  }),
);

test(
  "serialSessions() opens anew when the body closed the port itself",
  leakFree(async () => {
    await using device = await createVirtualPort();
    let rounds = 0;
    for await (const port of serialSessions(device.path)) {
      await port.close();
      if (++rounds === 3) break;
    }

    equal(rounds, 3);
  }),
);

test(
  "serialSessions() does not wait after failures that waiting does not cure",
  leakFree(async () => {
    await using device = await createVirtualPort();

    await rejects(serialSessions(device.path, { baudRate: 0 }).next(), {
      name: "ConfigurationError",
    });
    await rejects(serialSessions(device.path, { lowLatency: true }).next(), {
      name: "UnsupportedFeatureError",
    });
    await rejects(serialSessions("").next(), { name: "ConfigurationError" });
  }),
);

/** Waits until opening was tried and refused; `session` must still wait. */
async function refusal(code: string, session: Promise<unknown>): Promise<void> {
  const errors = "anyserial:error";
  await new Promise<void>((resolve, reject) => {
    const onError = (message: unknown): void => {
      if ((message as { error: SerialError }).error.code !== code) return;
      unsubscribe(errors, onError);
      resolve();
    };
    subscribe(errors, onError);
    session.then(() => reject(new Error("it did not wait")), reject);
  });
  ok(!channel(errors).hasSubscribers);
}

test(
  "serialSessions() of a held port leaves no listeners on its signal, however often it tries",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using _held = await openSerialPort(device.path, { exclusive: true });
    const controller = new AbortController();
    const { signal } = controller;
    const ended = rejects(serialSessions(device.path, { exclusive: true }, { signal }).next(), {
      name: "AbortError",
    });
    await sleep(1000); // tried three times

    const listeners = getEventListeners(signal, "abort").length;
    controller.abort();
    await ended;
    ok(listeners <= 2, `${listeners} listeners`);
  }),
);
