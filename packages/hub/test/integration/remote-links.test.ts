// A member of one hub is a port that another hub serves: bytes before it is there, TLS, and failures.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { checkHubConfig } from "@anyserial/hub/config";
import { Authority } from "@anyserial/test-support/certificates";
import { until } from "@anyserial/test-support/until";
import type { SerialPort } from "anyserial";
import { BenchHub } from "../helpers/bench-hub.ts";

const LISTEN = "127.0.0.1:0";

/** Bytes come in pieces of any size. */
async function receive(from: SerialPort, count: number): Promise<number[]> {
  const all: number[] = [];
  while (all.length < count) all.push(...(await from.receive()));
  return all;
}

for (const [whenAbsent, counted] of [
  ["discard", { discarded: 3, queuedBytes: 0 }],
  ["keep", { discarded: 0, queuedBytes: 3 }],
] as const) {
  test(`bytes for a remote member without a client are counted, whenAbsent: ${whenAbsent}`, async () => {
    await using bench = BenchHub.prepare();
    const far = { remote: { listen: LISTEN }, whenAbsent } as const;
    await bench.run({ networks: { net: { members: { a: { port: bench.path("a") }, far } } } });
    const a = await bench.open("a");

    await a.send(Uint8Array.of(1, 2, 3));

    await until("they are counted", () => bench.member("a").in.bytes === 3);
    const { discarded, queuedBytes, dropped, out } = bench.member("far");
    deepEqual({ discarded: discarded.bytes, queuedBytes }, counted);
    equal(dropped.bytes + out.bytes, 0);
  });
}

test("bytes for a port on another machine that cannot be reached are counted", async () => {
  await using bench = BenchHub.prepare();
  const line = { serial: "rfc2217://127.0.0.1:1" };
  await bench.run({ networks: { net: { members: { a: { port: bench.path("a") }, line } } } });
  const { error, willRetry } = await bench.event("member-error", "line");
  const a = await bench.open("a");

  await a.send(Uint8Array.of(1, 2, 3));

  await until("they are counted", () => bench.member("a").in.bytes === 3);
  equal(bench.member("line").discarded.bytes, 3);
  deepEqual([(error as { readonly code?: string }).code, willRetry], ["ECONNREFUSED", true]);
  match(bench.member("line").error ?? "", /refuses the connection/);
});

test("a serial member opens an address with TLS by its certificates", async () => {
  using authority = new Authority();
  const [own, mine] = [authority.sign("DNS:lab.example"), authority.sign("DNS:client.example")];
  const clientCa = authority.certFile;
  await using server = BenchHub.prepare();
  const tls = { cert: own.certFile, key: own.keyFile, clientCa };
  const far = { remote: { listen: LISTEN, tls } } as const;
  await server.run({ networks: { net: { members: { a: { port: server.path("a") }, far } } } });
  const a = await server.open("a");
  await using client = BenchHub.prepare();
  const line = {
    serial: server.member("far").path,
    tls: { ca: clientCa, servername: "lab.example", cert: mine.certFile, key: mine.keyFile },
  };
  await client.run({ networks: { net: { members: { b: { port: client.path("b") }, line } } } });
  await client.event("member-open", "line");
  const b = await client.open("b");

  await a.send(Uint8Array.of(1, 255));
  deepEqual(await receive(b, 2), [1, 255]);
  await b.send(Uint8Array.of(2, 255));

  deepEqual(await receive(a, 2), [2, 255]);
});

test("a serial member reports a certificate that is not accepted, and tries again", async () => {
  using authority = new Authority();
  using other = new Authority();
  const own = authority.sign("IP:127.0.0.1");
  await using server = BenchHub.prepare();
  const tls = { cert: own.certFile, key: own.keyFile };
  const far = { remote: { listen: LISTEN, tls } } as const;
  await server.run({ networks: { net: { members: { a: { port: server.path("a") }, far } } } });
  await using client = BenchHub.prepare();
  const line = { serial: server.member("far").path, tls: { ca: other.certFile } };
  await client.run({ networks: { net: { members: { b: { port: client.path("b") }, line } } } });

  const { error, willRetry } = await client.event("member-error", "line");

  match(error.message, /of an authority that is not known here/);
  match((error as { readonly hint?: string }).hint ?? "", /tls: \{ ca \}/);
  equal(willRetry, true);
});

for (const [line, problem] of [
  ['{ serial: "rfc2217://h:1", tls: { ca: ./ca.pem } }', /is for an address with TLS/],
  ['{ serial: "rfc2217+tls://h:1", tls: { key: ./k.pem } }', /has one of cert and key/],
] as const) {
  test(`checkHubConfig() refuses ${line}`, () => {
    const { problems } = checkHubConfig(`networks: { n: { members: { line: ${line} } } }`);
    match(problems[0]?.reason ?? "", problem);
  });
}
