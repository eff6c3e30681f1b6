// Every operation of a hub service while every other one is under way, and clients that behave badly.

import { equal, ok } from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { callControl } from "@anyserial/hub/control";
import { type HubService, startHubService } from "@anyserial/hub/service";
import { nextTask, tasks } from "@anyserial/test-support/tasks";
import { isSerialError } from "anyserial";
import { testFolder } from "../helpers/service-fixtures.ts";

const NETWORKS = { plant: { members: { a: { port: "./a" }, b: { port: "./b" } } } };

class Home {
  readonly folder: string;
  readonly file: string;

  constructor(t: TestContext) {
    this.folder = testFolder(t);
    this.file = join(this.folder, "h.yaml");
    this.write({});
  }

  write(config: object): void {
    const listen = { control: "./control", http: "127.0.0.1:0" };
    writeFileSync(this.file, JSON.stringify({ networks: NETWORKS, listen, ...config }));
  }

  start(): Promise<HubService> {
    return startHubService({
      file: this.file,
      onEvent: () => undefined,
      onStop: () => undefined,
    });
  }
}

type Operation = (home: Home, service: HubService) => unknown;

function reloadWith(config: object): Operation {
  return (home, service) => {
    home.write(config);
    return service.reload();
  };
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "reload()": reloadWith({}),
  "reload() that begins a recording": reloadWith({ capture: { file: "./c.pcapng" } }),
  "reload() that moves its sockets": reloadWith({ listen: { control: "./other" } }),
  "reload() that is refused": reloadWith({ networks: {}, listen: { http: "nowhere" } }),
  "close()": (_home, service) => service.close(),
  "status()": (_home, service) => JSON.stringify(service.status()),
  "status over the control socket": ({ folder }) => callControl(join(folder, "control"), "status"),
  "reload over the control socket": ({ folder }) => callControl(join(folder, "control"), "reload"),
  "stop over the control socket": ({ folder }) => callControl(join(folder, "control"), "stop"),
  metrics: (_home, service) =>
    fetch(`${service.status().http}/metrics`).then((answer) => answer.text()),
};

/** Errors of an operation that came too late. */
const REFUSALS: readonly unknown[] = [
  "ERR_HUB_STOPPING",
  "ERR_HUB_NOT_RUNNING",
  "ERR_INVALID_ARG_VALUE",
];

for (const [first, begin] of Object.entries(OPERATIONS)) {
  test(`${first} ends well, whatever a service is asked to do meanwhile`, async (t) => {
    for (const [second, interrupt] of Object.entries(OPERATIONS)) {
      for (const delay of [0, 2]) {
        const home = new Home(t);
        await using service = await home.start();
        const run = async (operation: Operation): Promise<unknown> => operation(home, service);
        const running = [run(begin)];
        await tasks(delay);
        running.push(run(interrupt));

        for (const result of await Promise.allSettled(running)) {
          if (result.status === "fulfilled") continue;
          const { reason } = result;
          const isExpected = isSerialError(reason) && REFUSALS.includes(reason.code);
          ok(isExpected || isFetchFailure(reason), `${second} after ${delay} turns: ${reason}`);
        }
        await service.close();
        const left = readdirSync(home.folder).filter((name) => !/\.(yaml|pcapng)$/.test(name));
        equal(left.join(), "", `${second} after ${delay} turns`);
      }
    }
  });
}

/** fetch() wraps the refused connection. */
function isFetchFailure(reason: unknown): boolean {
  return reason instanceof TypeError && reason.message === "fetch failed";
}

/** Bytes that a client sends before it goes. */
const CLIENTS: Readonly<Record<string, string>> = {
  "says nothing": "",
  "says nonsense": "\u0000\u0001 nonsense \r\n\r\n",
  "ends in the middle": "GET /metrics HTTP/1.1\r\nhost: local",
  "asks a lot and reads nothing": "GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(1000),
  "sends a wrong header": "GET / HTTP/1.1\r\nhost: localhost\r\nx: \u0000\r\n\r\n",
  "wants an upgrade":
    "GET / HTTP/1.1\r\nhost: localhost\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
  "speaks no HTTP": '{"id":1,"method":"status"}\n{"id":{}}\n',
};

for (const [what, text] of Object.entries(CLIENTS)) {
  test(`a service outlives a client that ${what}`, async (t) => {
    const home = new Home(t);
    await using service = await home.start();
    const url = new URL(service.status().http ?? "");
    const places = [
      { port: Number(url.port), host: url.hostname },
      { path: join(home.folder, "control") },
    ];
    for (const place of places) {
      for (const isReset of [false, true]) {
        const client = connect(place as { path: string }).on("error", () => undefined);
        await once(client, "connect");
        client.pause().write(text);
        await nextTask();
        if (isReset && "port" in place) client.resetAndDestroy();
        else client.destroy();
        await once(client, "close");
      }
    }

    ok((await (await fetch(new URL("/metrics", url))).text()).includes("anyserial_hub"));
    equal((await callControl(join(home.folder, "control"), "status")).networks.length, 1);
  });
}
