// A hub as a service: the parts around the engine, started, reloaded and stopped together.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { HubEvent } from "@anyserial/hub";
import { readCapture } from "@anyserial/hub/capture";
import { callControl } from "@anyserial/hub/control";
import { type HubService, startHubService } from "@anyserial/hub/service";
import { nextTask } from "@anyserial/test-support/tasks";
import { openSerialPort } from "anyserial";
import { testFolder } from "../helpers/service-fixtures.ts";
import { smallDisk } from "../helpers/small-disk.ts";

const NETWORKS = { plant: { members: { a: { port: "./a" }, b: { port: "./b" } } } };

class Home {
  readonly folder: string;
  readonly file: string;
  readonly events: HubEvent[] = [];
  readonly emitter = new EventEmitter();
  readonly #t: TestContext;

  constructor(t: TestContext, config: object) {
    this.#t = t;
    this.folder = testFolder(t);
    this.file = join(this.folder, "h.yaml");
    this.write(config);
  }

  write(config: object): void {
    const listen = { control: "./control", ...(config as { listen?: object }).listen };
    writeFileSync(this.file, JSON.stringify({ networks: NETWORKS, ...config, listen }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async start(): Promise<HubService> {
    const service = await startHubService({
      file: this.file,
      onEvent: (event) => {
        this.events.push(event);
        this.emitter.emit(event.type, event);
      },
      onStop: () => this.emitter.emit("asked to stop"),
    });
    this.#t.after(() => service.close());
    return service;
  }
}

async function ask(url: string, path: string, token?: string): Promise<string> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const method = token === undefined ? "GET" : "POST";
  const sent = request(new URL(path, url), { agent: false, method, headers }).end();
  const [response] = await once(sent, "response");
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  return body;
}

test("startHubService() serves the hub's events and status", async (t) => {
  const home = new Home(t, { listen: { http: "127.0.0.1:0" } });
  const service = await home.start();
  await using a = await openSerialPort(home.path("a"));
  await using b = await openSerialPort(home.path("b"));

  await a.send(Buffer.from("hello"));
  await b.reader.receiveExactly(5);
  const metrics = await ask(service.status().http ?? "", "/metrics");

  assert.match(metrics, /anyserial_hub_received_bytes_total\{network="plant",member="a"\} 5/);
  assert.match(metrics, /anyserial_hub_sent_bytes_total\{network="plant",member="b"\} 5/);
  assert.match(metrics, /anyserial_hub_member_open\{network="plant",member="b"\} 1/);
  assert.equal((await callControl(home.path("control"), "status")).file, home.file);
});

test("startHubService() leaves nothing behind when it cannot start", async (t) => {
  const home = new Home(t, { capture: { file: "./c.pcapng" } });
  writeFileSync(home.path("b"), "my thesis");

  await assert.rejects(home.start(), { name: "PortBusyError" });

  assert.deepEqual(readdirSync(home.folder).sort(), ["b", "c.pcapng", "h.yaml"]);
  assert.equal(readFileSync(home.path("b"), "utf8"), "my thesis");
});

test("HubService removes its links, locks and socket when it is closed", async (t) => {
  const home = new Home(t, { listen: { http: "127.0.0.1:0" } });
  const service = await home.start();

  await Promise.all([service.close(), service.close()]);

  assert.deepEqual(readdirSync(home.folder), ["h.yaml"]);
});

test("HubService continues when the disk of its recording is full, and reports it once", async (t) => {
  const disk = smallDisk(t);
  if (disk === undefined) return;
  const home = new Home(t, { capture: { file: join(disk, "c.pcapng") } });
  const service = await home.start();
  await using a = await openSerialPort(home.path("a"));
  await using b = await openSerialPort(home.path("b"));
  const reader = b.reader;
  const failed = once(home.emitter, "error");

  for (let n = 0; n < 100; n++) {
    await a.send(Buffer.alloc(1000, "x"));
    await reader.receiveExactly(1000);
  }
  const [{ error }] = (await failed) as [{ error: NodeJS.ErrnoException }];
  await a.send(Buffer.from("still here"));

  assert.equal(Buffer.from(await reader.receiveExactly(10)).toString(), "still here");
  assert.equal(error.code, "ENOSPC");
  assert.equal(home.events.filter(({ type }) => type === "error").length, 1);
  assert.equal(service.status().capture?.recording, false);
});

test("HubService runs without a recording when its disk has no room at the start, and says so", async (t) => {
  const disk = smallDisk(t, "nr_inodes=1"); // its root folder
  if (disk === undefined) return;
  const home = new Home(t, { capture: { file: join(disk, "c.pcapng") } });
  home.emitter.on("error", () => undefined);

  const service = await home.start();

  const errors = home.events.flatMap((event) => (event.type === "error" ? [event.error] : []));
  assert.deepEqual(
    errors.map((error) => (error as NodeJS.ErrnoException).code),
    ["ENOSPC"],
  );
  assert.equal(service.status().capture?.error, errors[0]?.message);
  assert.equal(service.status().networks.length, 1);
});

test("HubService refuses to start with a recording in a folder that does not exist", async (t) => {
  const home = new Home(t, { capture: { file: "./none/c.pcapng" } });

  await assert.rejects(home.start(), { code: "ENOENT" });
});

test("HubService.reload() begins and ends a recording", async (t) => {
  const home = new Home(t, {});
  const service = await home.start();

  home.write({ capture: { file: "./c.pcapng" } });
  await service.reload();
  await service.hub.inject("plant", "a", Buffer.from("recorded"));
  home.write({});
  await service.reload();
  await service.hub.inject("plant", "a", Buffer.from("not recorded"));
  await service.close();

  const received: string[] = [];
  for await (const { event, bytes } of readCapture(home.path("c.pcapng"))) {
    if (event === "received") received.push(Buffer.from(bytes).toString());
  }
  assert.deepEqual(received, ["recorded"]);
});

test("HubService.reload() changes nothing when a part cannot be had", async (t) => {
  const home = new Home(t, { listen: { http: "127.0.0.1:0" } });
  const service = await home.start();
  const before = service.status().http;
  const taken = new URL(before ?? "").host;

  home.write({ networks: { other: { members: { c: { port: "./c" } } } }, listen: { http: taken } });
  await assert.rejects(service.reload(), { code: "EADDRINUSE" });

  assert.equal(service.status().http, before);
  assert.deepEqual(
    service.status().networks.map(({ name }) => name),
    ["plant"],
  );
  assert.deepEqual(
    readdirSync(home.folder).filter((name) => name.startsWith("c")),
    ["control"],
  );
});

test("HubService reloads and stops over HTTP with the token of its file", async (t) => {
  const home = new Home(t, { listen: { http: "127.0.0.1:0", tokenFile: "./token" } });
  const service = await home.start();
  const url = service.status().http ?? "";
  const token = readFileSync(home.path("token"), "utf8").trim();
  const asked = once(home.emitter, "asked to stop");

  const report = await ask(url, "/reload", token);
  await ask(url, "/stop", token);
  await asked;

  assert.deepEqual((JSON.parse(report) as { kept: string[] }).kept, ["plant/a", "plant/b"]);
});

test("HubService.close() ends the parts that a reload has started", async (t) => {
  const home = new Home(t, {});
  const service = await home.start();
  home.write({ capture: { file: "./c.pcapng" }, listen: { http: "127.0.0.1:0" } });

  const reload = service.reload();
  await nextTask();
  await service.close();
  await reload;

  await assert.rejects(service.reload(), { code: "ERR_HUB_STOPPING" });
  assert.deepEqual(readdirSync(home.folder).sort(), ["c.pcapng", "h.yaml"]);
});
