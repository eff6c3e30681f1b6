// Hot-plug by EVFILT_VNODE over a kqueue in memory and a real folder: nodes that come and go.

import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import type { PortWatch } from "../../../dist/backend/backend.js";
import { bsdPortNames } from "../../../dist/bsd/list.js";
import { KqueueNodeChanges } from "../../../dist/posix/kqueue-changes.js";
import { PortChanges } from "../../../dist/posix/port-changes.js";
import { BsdMachine } from "../../helpers/bsd-port.ts";
import { FakeReadiness, type FakeWatch } from "../../helpers/fake-readiness.ts";

const TARGETS = ["freebsd-x64", "openbsd-arm64", "netbsd-x64", "dragonfly-x64"];
const LONG_MS = 0x7fff_ffff;

interface SetUp {
  readonly machine: BsdMachine;
  readonly hub: PortChanges;
  readonly readiness: FakeReadiness;
  readonly dev: string;
  /** The kernel tells of the folder, and the event loop is woken. */
  readonly told: () => void;
  readonly make: (name: string) => void;
  readonly remove: (name: string) => void;
}

function setUp(t: TestContext, target: string, pollMs: number = LONG_MS): SetUp {
  const machine = new BsdMachine(target);
  const { kernel, abi } = machine;
  const readiness = new FakeReadiness();
  const dev = temporaryFolder(t);
  kernel.nodes.add(dev);
  const source = new KqueueNodeChanges({
    abi,
    kqueue: () => kernel.kqueue,
    libc: kernel,
    readiness,
    dev,
    names: () => bsdPortNames("freebsd", dev),
    openFlags: abi.O_RDONLY,
    pollMs,
  });
  const told = (): void => {
    kernel.kqueue.touch("EVFILT_VNODE");
    (readiness.watches[0] as FakeWatch).wakeReader();
  };
  return {
    machine,
    hub: new PortChanges(source),
    readiness,
    dev,
    told,
    make: (name) => writeFileSync(join(dev, name), ""),
    remove: (name) => rmSync(join(dev, name)),
  };
}

async function gone(watch: PortWatch): Promise<string[] | undefined> {
  const change = await watch.next();
  return change === undefined ? undefined : [...change.gone];
}

for (const target of TARGETS) {
  test(`KqueueNodeChanges watches the folder by EVFILT_VNODE on ${target}`, (t) => {
    const { machine, hub, dev } = setUp(t, target);

    const watch = hub.watch();
    const cloexec = machine.abi.O_CLOEXEC.toString(16);
    deepEqual(machine.kernel.trace.slice(0, 3), [
      `open "${dev}" O_CLOEXEC (0x${cloexec}) = 7`,
      "kqueue = 8",
      "kevent 8 EVFILT_VNODE ident=7 EV_ADD|EV_CLEAR " +
        "fflags=NOTE_WRITE|NOTE_EXTEND|NOTE_ATTRIB|NOTE_LINK udata=0 = 0",
    ]);
    watch.close();

    equal(machine.kernel.openFds.size, 0);
  });

  test(`KqueueNodeChanges reports that a port came, and that it went, on ${target}`, async (t) => {
    const { hub, make, remove, told, dev } = setUp(t, target);
    const watch = hub.watch();

    const came = gone(watch);
    make("cuaU0");
    told();
    deepEqual(await came, []);
    const went = gone(watch);
    remove("cuaU0");
    told();
    deepEqual(await went, [join(dev, "cuaU0")]);

    watch.close();
  });
}

test("KqueueNodeChanges says nothing of other nodes, and goes on waiting", async (t) => {
  const { hub, make, told } = setUp(t, "freebsd-x64");
  const watch = hub.watch();
  let isOver = false;

  const next = gone(watch).finally(() => {
    isOver = true;
  });
  make("null");
  told();
  await nextTask();
  equal(isOver, false);
  make("cuaU1");
  told();

  deepEqual(await next, []);
  watch.close();
});

test("KqueueNodeChanges reports a port that another one replaced under its name", async (t) => {
  const { hub, make, told, dev } = setUp(t, "freebsd-x64");
  make("cuaU0");
  const watch = hub.watch();

  const next = gone(watch);
  make("other");
  renameSync(join(dev, "other"), join(dev, "cuaU0"));
  told();

  deepEqual(await next, [join(dev, "cuaU0")]);
  watch.close();
});

test("KqueueNodeChanges loses nothing between two waits", async (t) => {
  const { hub, make } = setUp(t, "freebsd-x64");
  const watch = hub.watch();

  make("cuaU0"); // and nobody is told

  deepEqual(await gone(watch), []);
  watch.close();
});

test("KqueueNodeChanges polls where the device file system reports nothing", async (t) => {
  const { hub, make } = setUp(t, "freebsd-x64", 1);
  const watch = hub.watch();

  const next = gone(watch);
  make("cuaU0");

  deepEqual(await next, []);
  watch.close();
});

test("KqueueNodeChanges ends the wait when it is closed", async (t) => {
  const { hub, readiness } = setUp(t, "freebsd-x64");
  const watch = hub.watch();

  const next = gone(watch);
  watch.close();

  equal(await next, undefined);
  equal(readiness.watches[0]?.isClosed, true);
});

test("KqueueNodeChanges fails with the call, and leaves no descriptor", (t) => {
  const { hub, machine } = setUp(t, "netbsd-x64");
  machine.kernel.kqueue.results.push(8, -45);
  machine.kernel.openFds.add(8);

  throws(() => hub.watch(), { code: "ERR_SERIAL_KQUEUE", syscall: "kevent", errno: 45 });

  equal(machine.kernel.openFds.size, 0);
});

test("KqueueNodeChanges fails where there is no device folder", (t) => {
  const { hub, machine, dev } = setUp(t, "openbsd-x64");
  machine.kernel.nodes.delete(dev);

  throws(() => hub.watch(), { code: "ERR_SERIAL_KQUEUE", syscall: "open", errno: 2 });
});

test("PosixBackend watches its own device folder, and lists by no other source", async () => {
  const { backend, kernel } = new BsdMachine("freebsd-x64");
  kernel.nodes.add("/dev");

  const watch = backend.watch();
  watch.close();

  equal(kernel.trace[0], 'open "/dev" O_CLOEXEC (0x100000) = 7');
  await rejects(backend.list("udev"), {
    name: "UnsupportedFeatureError",
    code: "ERR_SERIAL_DISCOVERY",
  });
});
