// HTTP on this machine: its pages, its clients, and the requests that need a token.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type RequestOptions, request } from "node:http";
import { type TestContext, test } from "node:test";
import { type HttpOptions, HttpServer } from "../../dist/service/http.js";
import { snapshotOf } from "../helpers/service-fixtures.ts";

interface Reply {
  readonly code: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

async function start(t: TestContext, options: HttpOptions = {}) {
  const calls: string[] = [];
  const server = await HttpServer.start(
    { http: "127.0.0.1:0", ...options },
    {
      status: () => ({ ...snapshotOf({ stalled: true }), file: "/h.yaml" }),
      reload: async () => {
        calls.push("reload");
        return { added: [], removed: [], replaced: [], changed: [], kept: ["plant/meter"] };
      },
      stop: () => void calls.push("stop"),
    },
  );
  t.after(() => server.close());
  const ask = async (path: string, more: RequestOptions = {}): Promise<Reply> => {
    const sent = request(new URL(path, server.url), { agent: false, ...more }).end();
    const [response] = await once(sent, "response");
    let body = "";
    for await (const chunk of response.setEncoding("utf8")) body += chunk;
    return { code: response.statusCode, type: response.headers["content-type"], body };
  };
  return { server, calls, ask };
}

test("HttpServer serves metrics, status and health", async (t) => {
  const { ask } = await start(t);

  const metrics = await ask("/metrics");
  const status = await ask("/status");
  const health = await ask("/healthz");

  assert.match(metrics.type ?? "", /^text\/plain; version=0.0.4/);
  assert.match(metrics.body, /anyserial_hub_member_stalled\{network="plant",member="meter"\} 1/);
  assert.equal(JSON.parse(status.body).networks[0].members[0].name, "meter");
  assert.deepEqual(JSON.parse(health.body), { ok: false, problems: ["plant/meter: stalled"] });
  assert.equal(health.code, 200);
});

test("HttpServer answers in OpenMetrics when asked", async (t) => {
  const { ask } = await start(t);
  const headers = { accept: "application/openmetrics-text;version=1.0.0,text/plain;q=0.5" };

  const { type, body } = await ask("/metrics", { headers });

  assert.match(type ?? "", /^application\/openmetrics-text/);
  assert.match(body, /# EOF\n$/);
});

for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"]) {
  test(`HttpServer refuses a request for the host "${host}"`, async (t) => {
    const { ask } = await start(t);

    const { code, body } = await ask("/status", { headers: { host } });

    assert.equal(code, 403);
    assert.doesNotMatch(body, /plant/);
  });
}

test("HttpServer serves hosts that the configuration names", async (t) => {
  const { ask } = await start(t, { allowedHosts: ["Plant.example"] });

  assert.equal((await ask("/healthz", { headers: { host: "plant.example:7070" } })).code, 200);
  assert.equal((await ask("/healthz", { headers: { host: "localhost:1" } })).code, 200);
});

for (const address of ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"]) {
  test(`HttpServer does not listen on ${address} unless it is allowed`, async (t) => {
    await assert.rejects(start(t, { http: address }), { code: "ERR_INVALID_ARG_VALUE" });
  });
}

test("HttpServer listens on all addresses when it is allowed", async (t) => {
  const { server } = await start(t, { http: "0.0.0.0:0", allowRemote: true });

  assert.match(server.url, /^http:\/\/0\.0\.0\.0:\d+$/);
});

test("HttpServer changes nothing without a token", async (t) => {
  const { ask, calls } = await start(t);

  assert.equal((await ask("/reload", { method: "POST" })).code, 403);
  assert.equal((await ask("/stop", { method: "POST" })).code, 403);
  assert.deepEqual(calls, []);
});

test("HttpServer changes state for the right token only", async (t) => {
  const { ask, calls } = await start(t, { token: "0123456789abcdef" });
  const post = (authorization: string): RequestOptions => ({
    method: "POST",
    headers: { authorization },
  });

  assert.equal((await ask("/reload", { method: "POST" })).code, 401);
  assert.equal((await ask("/reload", post("Bearer 0123456789abcdeX"))).code, 401);
  assert.equal((await ask("/reload", post("Basic 0123456789abcdef"))).code, 401);
  assert.deepEqual(calls, []);
  assert.deepEqual(JSON.parse((await ask("/reload", post("Bearer 0123456789abcdef"))).body).kept, [
    "plant/meter",
  ]);
  assert.equal((await ask("/stop", post("Bearer 0123456789abcdef"))).code, 202);
  assert.deepEqual(calls, ["reload", "stop"]);
});

test("HttpServer answers 404 and 405", async (t) => {
  const { ask } = await start(t);

  assert.equal((await ask("/nothing")).code, 404);
  assert.equal((await ask("/__proto__")).code, 404);
  assert.equal((await ask("/status", { method: "POST" })).code, 405);
  assert.equal((await ask("/stop")).code, 405);
  assert.equal((await ask("/status", { method: "HEAD" })).body, "");
});
