import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { existsSync, mkdirSync, realpathSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { alive } from "@anyserial/test-support/alive";
import { nextTask, tasks } from "@anyserial/test-support/tasks";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { isSerialError, type SerialPort, serialSessions } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import type { Backend } from "../../../dist/backend/backend.js";
import { openWhenThere } from "../../../dist/port/sessions.js";

const noPtys = existsSync("/dev/pts/ptmx") ? false : "the system has no /dev/pts/ptmx";

function setUp(t: TestContext): string {
  const root = realpathSync(temporaryFolder(t));
  return root;
}

/** The next port, while the loop already waits for it. */
async function next(sessions: AsyncGenerator<SerialPort, undefined>): Promise<SerialPort> {
  const { value } = await sessions.next();
  ok(value !== undefined);
  return value;
}

/** Lets a loop that was asked get as far as waiting. */
async function untilWaiting(): Promise<void> {
  await tasks(5);
}

test("serialSessions() yields a port, and a new one for the next round", async () => {
  const sessions = serialSessions("loop://", { baudRate: 9600 });

  const first = await next(sessions);
  equal(first.config.baudRate, 9600);
  const second = await next(sessions);

  notEqual(second, first);
  equal(first.isOpen, false);
  await sessions.return(undefined);
  equal(second.isOpen, false);
});

test("serialSessions() refuses a wrong configuration", async () => {
  await rejects(serialSessions("loop://", { baudRate: 0 }).next(), { name: "ConfigurationError" });
});

test("serialSessions() refuses a target that means no port", async () => {
  for (const target of [undefined, "", {}, { baudRate: 9600 }] as never[]) {
    await rejects(serialSessions(target).next(), { name: "ConfigurationError" });
  }
});

const MISSPELT = [
  ["ttyNONE0", /^write \/dev\/ttyNONE0: /],
  ["/dev/ttyNONE0\n", /ends with a line break/],
] as const;
for (const [path, hint] of MISSPELT) {
  test(`serialSessions() does not wait for ${JSON.stringify(path)}, where no port will ever be`, async () => {
    await rejects(serialSessions(path).next(), (error) => {
      ok(isSerialError(error));
      equal(error.code, "ENOENT");
      return hint.test(error.hint ?? "");
    });
  });
}

test("serialSessions() rejects with an error that waiting does not cure", async () => {
  await rejects(serialSessions("http://host").next(), { code: "ERR_SERIAL_SCHEME" });
});

test("serialSessions() rejects with the reason of a signal that was aborted before", async (t) => {
  const path = join(setUp(t), "tty");
  const sessions = serialSessions(path, {}, { signal: AbortSignal.abort("enough") });

  await rejects(sessions.next(), (reason) => reason === "enough");
});

test("serialSessions() rejects with the reason while it waits", { skip: noPtys }, async (t) => {
  const controller = new AbortController();
  const path = join(setUp(t), "tty");
  const waiting = serialSessions(path, {}, { signal: controller.signal }).next();
  await untilWaiting();

  controller.abort("enough");

  await rejects(waiting, (reason) => reason === "enough");
});

/** Events that make a path lead to the device, while the loop waits for it. */
const ARRIVALS: readonly (readonly [string, string, (root: string, device: string) => void])[] = [
  ["its link is made", "tty", (root, device) => symlinkSync(device, join(root, "tty"))],
  [
    "its folder and then its link are made",
    "by-id/tty",
    (root, device) => {
      mkdirSync(join(root, "by-id"));
      symlinkSync(device, join(root, "by-id/tty"));
    },
  ],
  [
    "a link in its way is moved",
    "alias",
    (root, device) => {
      symlinkSync(device, join(root, "there/new"));
      renameSync(join(root, "there/new"), join(root, "there/tty"));
    },
  ],
];
for (const [what, path, arrive] of ARRIVALS) {
  test(`serialSessions() opens when ${what}`, { skip: noPtys }, async (t) => {
    const root = setUp(t);
    mkdirSync(join(root, "there"));
    symlinkSync("there/tty", join(root, "alias"));
    await using device = await createVirtualPort();
    const sessions = serialSessions(join(root, path));
    const waiting = sessions.next();
    await untilWaiting();

    arrive(root, device.devicePath);

    const { value: port } = await waiting;
    equal(port?.isOpen, true);
    await sessions.return(undefined);
  });
}

test("serialSessions() opens anew after an unplug", { skip: noPtys }, async (t) => {
  const link = join(setUp(t), "tty");
  const first = await createVirtualPort();
  symlinkSync(first.devicePath, link);
  const sessions = serialSessions(link);
  const port = await next(sessions);

  await first.close();
  equal((await alive(port.closed))?.name, "SerialDisconnectedError");
  const waiting = sessions.next();
  await untilWaiting();
  await using second = await createVirtualPort();
  unlinkSync(link);
  symlinkSync(second.devicePath, link);

  const { value: again } = await waiting;
  equal(again?.isOpen, true);
  await sessions.return(undefined);
});

test("serialSessions() waits by hot-plug for a path where ports are no files", {
  skip: noPtys,
}, async (t) => {
  const link = join(setUp(t), "port");
  const told: string[] = [];
  await using device = await createVirtualPort();
  const backend = {
    canonicalPath: (path: string) => path,
    watch: () => ({
      next: async () => {
        told.push("next");
        symlinkSync(device.path, link);
        return { gone: new Set<string>() };
      },
      close: () => void told.push("close"),
    }),
  } as unknown as Backend; // nothing else is called

  await using port = await openWhenThere(backend, link, { config: { baudRate: 9600 } });

  equal(port.path, link);
  deepEqual(told, ["next", "close"]);
});

/** Hot-plug that the test reports, of a folder without events. */
function silentFolder(): { backend: Backend; told: string[]; tell: (error?: Error) => void } {
  const told: string[] = [];
  let tell = (_error?: Error): void => undefined;
  const backend = {
    isDeviceFolderSilent: true,
    watch: () => ({
      next: () =>
        new Promise((resolve, reject) => {
          told.push("next");
          tell = (error) => (error ? reject(error) : resolve({ gone: new Set<string>() }));
        }),
      close: () => void told.push("close"),
    }),
  } as unknown as Backend; // nothing else is called
  return { backend, told, tell: (error) => tell(error) };
}

test("serialSessions() tries a path again at hot-plug where the device folder is silent", async (t) => {
  const { backend, told, tell } = silentFolder();
  const path = join(setUp(t), "port");
  const config = { config: { baudRate: 9600 } };
  const opening = openWhenThere(backend, path, config);
  opening.catch(() => undefined);

  while (told.length < 1) await nextTask();
  await untilWaiting();
  tell();
  while (told.length < 3) await nextTask();

  deepEqual(told, ["next", "close", "next"]);
  await untilWaiting();
  tell(new Error("no more"));
  await rejects(opening, { message: "no more" });
});

test("serialSessions() lets hot-plug go when the port opens, also where that fails later", async () => {
  const { backend, told, tell } = silentFolder();

  await using port = await openWhenThere(backend, "loop://", { config: { baudRate: 9600 } });
  tell(new Error("without a waiting call"));
  await untilWaiting();

  equal(port.isOpen, true);
  deepEqual(told, ["next", "close"]);
});
