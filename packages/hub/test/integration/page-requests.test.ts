// The page's requests over HTTP: its files, its stream, and requests that change state.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import type { TrafficListener } from "@anyserial/hub";
import { EventLog } from "../../dist/page/event-log.js";
import type { PageHub } from "../../dist/page/page.js";
import { type HttpOptions, HttpServer } from "../../dist/service/http.js";
import { snapshotOf, testFolder } from "../helpers/service-fixtures.ts";

const TOKEN = "0123456789abcdef";
const ODD_NAME = "mess ü\n\"('*).pcapng";
const CAPTURES = ["a.pcapng", ODD_NAME];
const JSON_TYPE = { "content-type": "application/json" };
const ALLOWED = { ...JSON_TYPE, authorization: `Bearer ${TOKEN}` };

async function start(t: TestContext, options: HttpOptions = {}) {
  const calls: unknown[] = [];
  const listeners = new Set<TrafficListener>();
  const status = () => ({ ...snapshotOf({}), file: "/h.yaml" });
  const page: PageHub = {
    events: new EventLog(),
    status,
    onTraffic: (listener) => {
      listeners.add(listener);
      const remove = (): void => void listeners.delete(listener);
      return Object.assign(remove, { [Symbol.dispose]: remove });
    },
    config: async () => ({ file: "/h.yaml", inForce: "networks: {}\n" }),
    inject: async (...all) => void calls.push(["inject", ...all]),
    setLines: async (wanted) => void calls.push(["lines", wanted]),
    record: async (wanted) => void calls.push(["record", wanted]),
    captures: async () => [{ name: "a.pcapng", bytes: 3, modified: 1 }],
    openCapture: async (name) =>
      CAPTURES.includes(name) ? Readable.from([Buffer.from("cap")]) : undefined,
  };
  const folder = testFolder(t);
  mkdirSync(join(folder, "sub"));
  writeFileSync(join(folder, "index.html"), "<!doctype html>");
  writeFileSync(join(folder, "main.js"), "1;\n");
  writeFileSync(join(folder, "secret.pem"), "key");
  const reload = async () => ({ added: [], removed: [], replaced: [], changed: [], kept: [] });
  const server = await HttpServer.start(
    { http: "127.0.0.1:0", pageFolder: folder, ...options },
    { status, reload, stop: () => undefined, page },
  );
  t.after(() => server.close());
  const open = async (path: string, more: RequestOptions & { body?: string } = {}) => {
    const { body, ...rest } = more;
    const { hostname, port } = new URL(server.url);
    const sent = request({ hostname, port, path, agent: false, ...rest }).end(body);
    sent.on("error", () => undefined); // the hub may hang up on a body that is too long
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    return { sent, response };
  };
  const ask = async (path: string, more: RequestOptions & { body?: string } = {}) => {
    const { response } = await open(path, more);
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    return { code: response.statusCode, headers: response.headers, text };
  };
  const post = (path: string, body: string, headers: Record<string, string> = ALLOWED) =>
    ask(path, { method: "POST", body, headers });
  return { server, calls, listeners, ask, open, post };
}

test("HttpServer serves the page with a policy that allows nothing from elsewhere", async (t) => {
  const { ask } = await start(t);

  const page = await ask("/");
  const script = await ask("/main.js");

  assert.equal(page.text, "<!doctype html>");
  assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
  const policy = String(page.headers["content-security-policy"]);
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|http|\*/);
  assert.equal(page.headers["x-content-type-options"], "nosniff");
  assert.equal(script.headers["content-type"], "text/javascript; charset=utf-8");
});

test("HttpServer answers a known file with 304", async (t) => {
  const { ask } = await start(t);
  const { headers } = await ask("/main.js");

  const again = await ask("/main.js", { headers: { "if-none-match": String(headers.etag) } });

  assert.deepEqual([again.code, again.text], [304, ""]);
});

for (const path of [
  "/secret.pem",
  "/../main.js",
  "/sub/../main.js",
  "/%2e%2e/main.js",
  "//main.js",
  "/constructor",
  "/__proto__",
  "/captures/../a.pcapng",
  "/captures/%2e%2e%2fa.pcapng",
  "/captures/",
  "/captures/%",
  "/captures/%ff",
  `/${"x".repeat(5000)}`,
]) {
  test(`HttpServer has nothing at ${path.slice(0, 40)}`, async (t) => {
    const { ask } = await start(t);

    assert.equal((await ask(path)).code, 404);
  });
}

test("HttpServer streams to a page, and stops to listen some time after it left", async (t) => {
  const { open, listeners } = await start(t);
  assert.equal(listeners.size, 0);

  const { response, sent } = await open("/stream");
  const [first] = await once(response.setEncoding("utf8"), "data");

  assert.equal(response.headers["content-type"], "text/event-stream");
  assert.match(first, /^event: hello\nid: [0-9a-f]+\.0\.0\ndata: /);
  assert.equal(listeners.size, 1);
  sent.destroy();
});

test("HttpServer ends its streams when it closes", async (t) => {
  const { open, server, listeners } = await start(t);
  const { response } = await open("/stream");
  const closed = new Promise((resolve) => response.once("close", resolve));
  response.on("error", () => undefined).resume();

  await server.close();
  await closed;

  assert.equal(listeners.size, 0);
});

test("HttpServer answers HEAD of the stream without a stream", async (t) => {
  const { ask, listeners } = await start(t);

  const { code, text } = await ask("/stream", { method: "HEAD" });

  assert.deepEqual([code, text, listeners.size], [200, "", 0]);
});

test("HttpServer without a page serves numbers only", async (t) => {
  const { ask, post, calls } = await start(t, { page: false, token: TOKEN });

  assert.equal((await ask("/")).text, "/metrics\n/status\n/healthz\n");
  for (const path of ["/main.js", "/stream", "/config", "/captures", "/captures/a.pcapng"]) {
    assert.equal((await ask(path)).code, 404, path);
  }
  assert.equal((await post("/send", "{}")).code, 404);
  assert.equal((await ask("/healthz")).code, 200);
  assert.deepEqual(calls, []);
});

test("HttpServer asks for the token before it shows traffic under another name", async (t) => {
  const { ask } = await start(t, { token: TOKEN, allowedHosts: ["plant.example"] });
  const headers = { host: "plant.example" };

  for (const path of ["/stream", "/config", "/captures", "/captures/a.pcapng"]) {
    assert.equal((await ask(path, { headers })).code, 401, path);
  }
  const answer = await ask("/config", {
    headers: { ...headers, authorization: `Bearer ${TOKEN}` },
  });
  assert.equal(answer.code, 200);
});

for (const path of ["/send", "/lines", "/record", "/reload", "/stop"]) {
  test(`POST ${path} needs the token, its own origin, and POST`, async (t) => {
    const { ask, post, calls } = await start(t, { token: TOKEN });
    const body = '{"network":"plant","member":"meter","base64":"aGk=","on":true}';

    assert.equal((await post(path, body, JSON_TYPE)).code, 401);
    assert.equal((await post(path, body, { ...ALLOWED, origin: "http://evil.example" })).code, 403);
    assert.equal((await post(path, body, { ...ALLOWED, host: "evil.example" })).code, 403);
    assert.equal((await ask(path, { headers: ALLOWED })).code, 405);
    assert.deepEqual(calls, []);
  });
}

test("POST /send sends as a member", async (t) => {
  const { post, calls } = await start(t, { token: TOKEN });
  const body = { network: "plant", member: "meter", base64: "AP8=" };

  assert.equal((await post("/send", JSON.stringify(body))).code, 204);

  assert.deepEqual(calls, [["inject", "plant", "meter", Buffer.from([0, 255])]]);
});

test("POST /lines sets the named lines", async (t) => {
  const { post, calls } = await start(t, { token: TOKEN });
  const body = { network: "plant", member: "meter", dtr: false };

  assert.equal((await post("/lines", JSON.stringify(body))).code, 204);

  assert.deepEqual(calls, [["lines", body]]);
});

test("captures are listed, recorded and fetched", async (t) => {
  const { ask, post, calls } = await start(t, { token: TOKEN });

  assert.equal(JSON.parse((await ask("/captures")).text)[0].name, "a.pcapng");
  const file = await ask("/captures/a.pcapng");
  assert.equal((await post("/record", '{"on":true}')).code, 204);

  assert.equal(file.text, "cap");
  assert.equal(file.headers["content-disposition"], "attachment; filename*=UTF-8''a.pcapng");
  assert.deepEqual(calls, [["record", { on: true, name: undefined }]]);
});

test("POST /record takes a name that is a text", async (t) => {
  const { post, calls } = await start(t, { token: TOKEN });

  assert.equal((await post("/record", '{"on":true,"name":"run 4"}')).code, 204);
  for (const name of ["7", "null", "[]", "{}", "true"]) {
    assert.equal((await post("/record", `{"on":true,"name":${name}}`)).code, 400, name);
  }

  assert.deepEqual(calls, [["record", { on: true, name: "run 4" }]]);
});

test("a recording with any name is fetched, and its name is no header of its own", async (t) => {
  const { ask } = await start(t);

  const file = await ask(`/captures/${encodeURIComponent(ODD_NAME)}`);

  assert.equal(file.text, "cap");
  assert.equal(
    file.headers["content-disposition"],
    "attachment; filename*=UTF-8''mess%20%C3%BC%0A%22%28%27%2A%29.pcapng",
  );
});

for (const body of [
  "",
  "null",
  "[]",
  "{",
  '"x"',
  "{}",
  '{"network":1,"member":"a","base64":""}',
  '{"__proto__":{"network":"plant","member":"a","base64":""}}',
  `{"network":"plant","member":"a","base64":"${"A".repeat(2_000_000)}"}`,
]) {
  test(`POST /send refuses ${body.slice(0, 60) || "an empty body"}`, async (t) => {
    const { post, calls } = await start(t, { token: TOKEN });

    assert.equal((await post("/send", body)).code, 400);
    assert.deepEqual(calls, []);
  });
}

test("POST /send refuses a body that a form of another page could send", async (t) => {
  const { post, calls } = await start(t, { token: TOKEN });
  const body = '{"network":"plant","member":"meter","base64":"aGk="}';

  const answer = await post("/send", body, { ...ALLOWED, "content-type": "text/plain" });

  assert.equal(answer.code, 400);
  assert.deepEqual(calls, []);
});
