// Errors of our own server and of addresses; the ways in which a connection fails are in remote-failures.test.ts.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { test } from "node:test";
import { isSerialError, openSerialPort, type SerialError } from "anyserial";
import { selfSigned, servePort } from "../helpers/served-port.ts";

async function failure(address: string, options = {}): Promise<SerialError> {
  try {
    const port = await openSerialPort(address, {}, options);
    await port.close();
  } catch (error) {
    ok(isSerialError(error), String(error));
    equal(error.path, address);
    equal(error.operation, "open");
    ok(error.hint);
    return error;
  }
  throw new Error("it opened");
}

test("openSerialPort() of an address says that a web server answers", async () => {
  const server = createHttpServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const error = await failure(`rfc2217://127.0.0.1:${port}?timeout=5s`);
  server.close();
  equal(error.code, "ERR_SERIAL_NOT_TELNET");
  match(error.message, /web server/);
});

test("openSerialPort() of an address that another client uses is busy", async () => {
  await using served = await servePort();
  await using first = await openSerialPort(`rfc2217://${served.at}`);
  const error = await failure(`rfc2217://${served.at}`);
  equal(error.name, "PortBusyError");
  match(error.message, /port is in use by 127\.0\.0\.1/);
  ok(first.isOpen);
});

test("openSerialPort() of an address with TLS accepts no unknown certificate", async () => {
  const tls = selfSigned();
  await using served = await servePort({ tls });
  const error = await failure(`rfc2217+tls://${served.at}`);
  equal(error.code, "DEPTH_ZERO_SELF_SIGNED_CERT");
  match(error.hint ?? "", /tls: \{ ca \}/);
  const wrongName = await failure(`rfc2217+tls://${served.at}`, {
    tls: { ca: tls.cert, servername: "other.example" },
  });
  equal(wrongName.code, "ERR_TLS_CERT_ALTNAME_INVALID");
});

test("openSerialPort() with TLS opens with the authority, and with a certificate of the client", async () => {
  const tls = selfSigned();
  const client = selfSigned();
  await using served = await servePort({ tls: { ...tls, clientCa: client.cert } });
  const without = await failure(`rfc2217+tls://${served.at}`, { tls: { ca: tls.cert } });
  ok(without.hint);
  await using port = await openSerialPort(
    `rfc2217+tls://${served.at}`,
    { baudRate: 9600 },
    { tls: { ca: tls.cert, cert: client.cert, key: client.key } },
  );
  await port.send(Uint8Array.of(255, 1));
  deepEqual([...(await served.pair.b.receive())], [255, 1]);
  equal(served.pair.a.config.baudRate, 9600);
});

for (const [address, hint] of [
  ["rfc2217://host", /add the port/],
  ["rfc2217://user:secret@host:1", /leave user and password out/],
  ["socket://host:1/path", /end it after the port/],
  ["socket://host:1?speed=9600", /leave speed out/],
  ["socket://host:1?timeout=3", /500ms, 3s or 1m/],
  ["unix:relative", /absolute path/],
] as const) {
  test(`openSerialPort() refuses the address ${address}`, async () => {
    const error = await failure(address);
    equal(error.code, "ERR_INVALID_ARG_VALUE");
    match(error.hint ?? "", hint);
  });
}

test("openSerialPort() refuses certificates for an address without TLS", async () => {
  await openSerialPort("rfc2217://127.0.0.1:1", {}, { tls: { ca: "" } }).then(
    () => ok(false),
    (error: SerialError) => match(error.hint ?? "", /rfc2217\+tls/),
  );
});
