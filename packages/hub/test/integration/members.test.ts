// Members that are no emulated ports: devices, TCP, programs, real ports.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { createVirtualPort } from "anyserial/pty";
import { BenchHub } from "../helpers/bench-hub.ts";
import { receiveChecked, sendChecked } from "../helpers/checked-stream.ts";

const HUB = JSON.stringify(import.meta.resolve("@anyserial/hub"));

function writeDevice(bench: BenchHub, code: string, name = "keep-device.mjs"): string {
  writeFileSync(bench.path(name), `import { defineDevice } from ${HUB};\n${code}`);
  return name;
}

test("a device answers a question, after the others received it", async () => {
  await using bench = BenchHub.prepare();
  const device = writeDevice(
    bench,
    `export const meter = defineDevice({
       onMessage: (message, { options }) =>
         Buffer.from(message).toString() === "ID?\\n" ? options.name + "\\n" : undefined,
     });`,
  );
  const meter = { device, options: { name: "meter 7" } };
  const { net } = bench.config(["a", "b"]).networks;
  await bench.run({ networks: { net: { framing: "line", members: { meter, ...net?.members } } } });
  const [a, b] = [await bench.open("a"), await bench.open("b")];

  await a.send(Buffer.from("ID?\n"));

  equal(await receiveText(a, 8), "meter 7\n");
  equal(await receiveText(b, 12), "ID?\nmeter 7\n");
});

test("a device that throws is reported once, and continues", async () => {
  await using bench = BenchHub.prepare();
  const device = writeDevice(
    bench,
    `export const bad = defineDevice({
       onStart: ({ send }) => send("hello\\n"),
       onMessage: (message) => {
         if (message[0] === 0x78) throw new Error("no x, please");
         return "ok\\n";
       },
     });`,
  );
  const { net } = bench.config(["a"], { whenAbsent: "keep" }).networks;
  const members = { ...net?.members, bad: { device } };
  await bench.run({ networks: { net: { whenAbsent: "keep", framing: "line", members } } });
  const a = await bench.open("a");
  equal(await receiveText(a, 6), "hello\n");

  await a.send(Buffer.from("x\nx\ny\n"));

  equal(await receiveText(a, 3), "ok\n");
  equal(bench.told("member-error").length, 1);
});

test("a device file must be a module that exports a device", async () => {
  await using bench = BenchHub.prepare();
  writeFileSync(bench.path("keep.mjs"), "export const nothing = 1;");
  writeFileSync(bench.path("keep-broken.mjs"), "export const = 1;");
  writeFileSync(bench.path("keep.txt"), "");
  const codes = {
    "keep.mjs": "ERR_HUB_DEVICE",
    "keep-broken.mjs": "ERR_HUB_DEVICE",
    "keep.txt": "ERR_INVALID_ARG_VALUE",
    "missing.mjs": "ERR_INVALID_ARG_VALUE",
  };
  for (const [device, code] of Object.entries(codes)) {
    const name = "ConfigurationError";
    await rejects(bench.run({ networks: { net: { members: { x: { device } } } } }), { name, code });
  }
});

test("tcp listen serves one client at a time, and the next when it left", async () => {
  await using bench = BenchHub.prepare();
  const { net } = bench.config(["a"]).networks;
  const members = { ...net?.members, peer: { tcp: { listen: "127.0.0.1:0" } } };
  await bench.run({ networks: { net: { members } } });
  const a = await bench.open("a");
  const port = Number(bench.member("peer").path.split(":").at(-1));

  for (const text of ["first", "again"]) {
    const client = connect(port, "127.0.0.1");
    await until("it is there", () => bench.member("peer").applicationOpen);
    client.write(text);
    equal(await receiveText(a, 5), text);
    await a.send(Buffer.from("reply"));
    const [answer] = (await once(client, "data")) as [Buffer];
    equal(answer.toString(), "reply");
    client.destroy();
    await until("it left", () => !bench.member("peer").applicationOpen);
  }
});

test("tcp connect comes back by itself, and loses nothing under backpressure", async () => {
  await using bench = BenchHub.prepare();
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on("error", () => undefined)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  try {
    const { net } = bench.config(["a"]).networks;
    const members = { ...net?.members, peer: { tcp: { connect: `127.0.0.1:${port}` } } };
    await bench.run({ networks: { net: { overflow: "backpressure", members } } });
    const a = await bench.open("a");
    const first = await until("it connected", () => sockets[0]);
    first.destroy();
    const second = await until("it connected again", () => sockets[1]);
    await until("the hub knows", () => bench.member("peer").applicationOpen);
    const echoing = second.pipe(second);

    const [sent, received] = await Promise.all([
      sendChecked(a, 300_000),
      receiveChecked(a, 300_000),
    ]);

    equal(received.digest, sent.digest);
    echoing.destroy();
  } finally {
    await bench.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

test("tcp listen on a taken address fails, and leaves nothing", async () => {
  await using bench = BenchHub.prepare();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const { net } = bench.config(["a"]).networks;
  const members = { ...net?.members, peer: { tcp: { listen: `127.0.0.1:${port}` } } };

  await rejects(bench.run({ networks: { net: { members } } }), { code: "EADDRINUSE" });

  server.close();
});

test("a real port that is missing is reported once at the start, and joins when it comes", async () => {
  await using bench = BenchHub.prepare();
  const link = bench.path("keep-late");
  await bench.run({ networks: { net: { members: { real: { serial: link } } } } });

  const { error, willRetry } = await bench.event("member-error", "real");
  equal((error as NodeJS.ErrnoException).code, "ENOENT");
  equal(willRetry, true);
  equal(bench.member("real").error, error.message);
  const late = await createVirtualPort({ link });
  await bench.event("member-open", "real");

  equal(bench.member("real").error, undefined);
  equal(bench.told("member-error", "real").length, 1);
  await bench.stop();
  await late.close();
});

test("a hub reports nothing about ports that no application has opened", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  bench.hub.snapshot();
  const port = await bench.open("a");
  await port.close();
  await bench.event("member-close", "a");

  deepEqual(
    bench.events.map((event) => ("member" in event ? `${event.type} ${event.member}` : event.type)),
    ["member-open a", "member-close a"],
  );
});

test("a real port joins, and joins again after it was gone", async () => {
  await using bench = BenchHub.prepare();
  const link = bench.path("keep-real");
  const first = await createVirtualPort({ link });
  const { net } = bench.config(["a"]).networks;
  const members = { ...net?.members, real: { serial: link, baudRate: 19_200 } };
  await bench.run({ networks: { net: { members } } });
  const a = await bench.open("a");
  await until("it is open", () => bench.member("real").applicationOpen);

  await first.send(Buffer.from("from real"));
  equal(await receiveText(a, 9), "from real");
  await a.send(Buffer.from("to real"));
  equal(Buffer.from(await first.receive()).toString(), "to real");
  equal(bench.member("real").settings?.baudRate, 19_200);
  await first.close();
  await bench.event("member-close", "real");
  bench.events.length = 0;
  const second = await createVirtualPort({ link });
  await bench.event("member-open", "real");
  await a.send(Buffer.from("back"));

  equal(Buffer.from(await second.receive()).toString(), "back");
  ok(bench.member("real").applicationOpen);
  await bench.stop();
  await second.close();
});

test("a real port that is slow loses nothing under backpressure", async () => {
  await using bench = BenchHub.prepare();
  const real = await createVirtualPort();
  const { net } = bench.config(["a"]).networks;
  const members = { ...net?.members, real: { serial: real.path } };
  await bench.run({ networks: { net: { overflow: "backpressure", queue: 3000, members } } });
  const a = await bench.open("a");
  await until("it is open", () => bench.member("real").applicationOpen);
  const receiving = (async () => {
    let total = 0;
    while (total < 200_000) total += (await real.receive({ maxBytes: 501 })).length;
    return total;
  })();

  const sent = await sendChecked(a, 200_000);

  equal(await receiving, sent.bytes);
  equal(bench.member("real").dropped.bytes, 0);
  await bench.stop();
  await real.close();
});
