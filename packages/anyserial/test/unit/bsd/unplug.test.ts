// An unplug, as each system reports it: EV_EOF of the read filter, but on NetBSD, whose filter
// knows data only.

import { equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { BsdMachine, FOUR_SYSTEMS } from "../../helpers/bsd-port.ts";

const GONE = { name: "SerialDisconnectedError" };

for (const target of FOUR_SYSTEMS.filter((name) => !name.startsWith("netbsd"))) {
  // Sources of the kernels differ: ENXIO of a tty that is gone, EIO of a vnode whose device is gone.
  for (const code of ["ENXIO", "EIO"]) {
    test(`an unplug that read(2) answers with ${code} ends a receive, and the port, on ${target}`, async () => {
      const machine = new BsdMachine(target);
      const port = await machine.open();

      const receiving = port.receive();
      machine.kernel.fail("read", code);
      machine.kernel.kqueue.touch("EVFILT_READ", true);
      machine.wake();

      await rejects(receiving, { ...GONE, operation: "receive" });
      equal((await port.closed)?.name, GONE.name);
      await rejects(port.send(Uint8Array.of(1)), GONE);
      equal(machine.kernel.openFds.size, 0);
    });
  }

  test(`an unplug is reported without a pending call on ${target}`, async () => {
    const machine = new BsdMachine(target);
    const port = await machine.open();

    machine.kernel.kqueue.touch("EVFILT_READ", true);
    machine.wake();

    equal((await port.closed)?.name, GONE.name);
    equal(machine.kernel.openFds.size, 0);
  });
}

for (const target of ["netbsd-x64", "netbsd-arm64"]) {
  for (const code of ["ENXIO", "EIO", "EBADF"]) {
    test(`an unplug that has no event is found by a look, by ${code}, on ${target}`, async () => {
      const machine = new BsdMachine(target, 1);
      const port = await machine.open();

      const receiving = port.receive();
      machine.kernel.fail("FIONREAD", code);

      await rejects(receiving, GONE);
      equal((await port.closed)?.name, GONE.name);
      equal(machine.kernel.openFds.size, 0);
    });
  }

  test(`a look that finds the device ends nothing on ${target}`, async () => {
    const machine = new BsdMachine(target, 1);
    const port = await machine.open();

    const receiving = port.receive();
    while (machine.calls("ioctl 7 FIONREAD").length < 3) {
      await nextTask();
    }
    machine.kernel.arrive(0x41);
    machine.wake();

    equal((await receiving).length, 1);
    await port.close();
  });
}
