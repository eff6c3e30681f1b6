// A hub whose members are adapters: applications open the kernel's own ports, with the lines of the others at each.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readlinkSync } from "node:fs";
import { createHub, type Hub, type MemberConfig, type MemberSnapshot } from "@anyserial/hub";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { openSerialPort } from "anyserial";
import { chipTest } from "../helpers/chip-test.ts";
import { stuckProcesses } from "../helpers/serving-process.ts";
import { takenPorts } from "../helpers/vhci-ports.ts";

const LINKS = "/tmp/hub-adapters";

function start(members: Readonly<Record<string, MemberConfig>>): Promise<Hub> {
  return createHub({ networks: { net: { topology: "pair", members } } }, { directory: LINKS });
}

function member(hub: Hub, name: string): MemberSnapshot {
  const found = hub.snapshot().networks[0]?.members.find((one) => one.name === name);
  ok(found);
  return found;
}

for (const adapter of ["ft232r", "cp2102n"] as const) {
  chipTest(`a hub joins two ${adapter} by a null-modem cable`, async () => {
    const members = {
      a: { port: { adapter, serialNumber: "HUB-A", link: "ttyA" } },
      b: { port: { adapter, serialNumber: "HUB-B", link: "ttyB" } },
    };
    await using hub = await start(members);
    equal(readlinkSync(`${LINKS}/ttyA`), member(hub, "a").devicePath);
    await using a = await openSerialPort(`${LINKS}/ttyA`, { baudRate: 57_600 });
    await using b = await openSerialPort(`${LINKS}/ttyB`, {
      baudRate: 57_600,
      lineErrors: "mark",
    });
    await until("the hub has seen both", () =>
      ["a", "b"].every((name) => member(hub, name).applicationOpen),
    );
    await a.send(Buffer.from("ping"));
    equal(await receiveText(b, 4), "ping");
    await b.send(Buffer.from("pong"));
    equal(await receiveText(a, 4), "pong");

    await a.setControlLines({ dtr: false, rts: true });
    await until("B sees RTS without DTR", async () => {
      const { cts, dsr, dcd } = await b.modemLines();
      return cts && !dsr && !dcd;
    });
    await a.setControlLines({ dtr: true, rts: false });
    await until("B sees DTR without RTS", async () => {
      const { cts, dsr, dcd } = await b.modemLines();
      return !cts && dsr && dcd;
    });
    deepEqual([member(hub, "a").lines?.dtr, member(hub, "b").lines?.dsr], [true, true]);
    await a.sendBreak({ durationMs: 50 });
    await until("B counts the break", async () => (await b.lineErrors()).break === 1);
  });
}

chipTest("flipped bits are errors that the driver of an FT232R counts", async () => {
  const members = {
    a: { port: { adapter: "ft232r", serialNumber: "HUB-C", link: "ttyC" } },
    b: {
      port: { adapter: "ft232r", serialNumber: "HUB-D", link: "ttyD" },
      bitErrorRate: 0.02,
      pace: false,
    },
  } as const;
  await using hub = await start(members);
  const even = { parity: "even", lineErrors: "mark" } as const;
  await using a = await openSerialPort(`${LINKS}/ttyC`, even);
  await using b = await openSerialPort(`${LINKS}/ttyD`, even);
  await until("the hub has seen both", () =>
    ["a", "b"].every((name) => member(hub, name).applicationOpen),
  );
  const watching = (async () => {
    let count = 0;
    for await (const event of b.receiveEvents()) {
      count += event.kind === "data" ? event.data.length : 1;
      if (count >= 900) return;
    }
  })();
  await a.send(Buffer.alloc(1000, 0x55));
  await watching;

  await until("parity and framing errors are counted", async () => {
    const { parity, framing } = await b.lineErrors();
    return parity > 10 && framing > 10;
  });
});

chipTest("the end of a hub leaves nothing plugged in", async () => {
  const before = takenPorts();
  const hub = await start({
    a: { port: { adapter: "cdc-acm", serialNumber: "HUB-E" } },
    b: { port: { adapter: "pl2303", serialNumber: "HUB-F" } },
  });
  equal(takenPorts(), before + 2);
  await hub.close();

  equal(takenPorts(), before);
});

chipTest("kill -9 of a hub under load pulls its adapters out of both applications", async () => {
  const members = {
    a: { port: { adapter: "cdc-acm", serialNumber: "HUB-G", link: "ttyG" }, pace: false },
    b: { port: { adapter: "ft232r", serialNumber: "HUB-H", link: "ttyH" }, pace: false },
  };
  const config = { networks: { net: { topology: "pair", members } } };
  const source = `import { createHub } from "@anyserial/hub";
    await createHub(${JSON.stringify(config)}, { directory: "${LINKS}" });
    setInterval(() => undefined, 60_000);
    console.log("ready");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => Promise.reject(new Error("the hub has ended"))),
  ]);
  await using a = await openSerialPort(`${LINKS}/ttyG`);
  await using b = await openSerialPort(`${LINKS}/ttyH`);
  let received = 0;
  const reading = rejects(
    async () => {
      for (;;) received += (await b.receive()).length;
    },
    { name: "SerialDisconnectedError" },
  );
  const sending = rejects(
    async () => {
      for (;;) await a.send(Buffer.alloc(4096, 0x55));
    },
    { name: "SerialDisconnectedError" },
  );
  await until("bytes pass", () => received > 50_000);
  child.kill("SIGKILL");
  await Promise.all([reading, sending]);

  await until("nothing is left", () => takenPorts() === 0);
  await until("no process hangs in the kernel", () => stuckProcesses().length === 0);
});
