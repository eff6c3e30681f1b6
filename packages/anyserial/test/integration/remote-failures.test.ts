// Every way in which a connection fails, for those who open a port and for those who examine its server: each has an
// error and a hint of its own.

import { equal, match, ok } from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { isSerialError, openSerialPort, type SerialError, serialSessions } from "anyserial";
import { probeServer } from "anyserial/serve";
import { FAILURES, type Target } from "../helpers/remote-failures.ts";
import { servePort } from "../helpers/served-port.ts";

const CALLERS = [
  ["openSerialPort()", open],
  ["probeServer()", async ({ address, tls }: Target) => void (await probeServer(address, tls))],
] as const;

async function open({ address, tls }: Target): Promise<void> {
  const port = await openSerialPort(address, {}, tls === undefined ? {} : { tls });
  await port.close();
}

async function errorOf(call: Promise<unknown>): Promise<SerialError> {
  try {
    await call;
  } catch (error) {
    ok(isSerialError(error), String(error));
    return error;
  }
  throw new Error("it opened");
}

for (const failure of FAILURES) {
  for (const [caller, call] of CALLERS) {
    test(`${caller} fails for ${failure.of} by ${failure.name} with a hint`, async () => {
      const ends: (() => void)[] = [];
      const target = await failure.target(ends);

      const error = await errorOf(call(target));
      for (const end of ends) end();

      equal(error.name, failure.name, error.message);
      if (typeof failure.code === "string") equal(error.code, failure.code);
      else match(error.code, failure.code);
      match(error.message, failure.message);
      match(error.hint ?? "", failure.hint);
      equal(error.path, target.address);
      equal(error.operation, "open");
    });
  }
}

test("serialSessions() of an address fails for a server that waiting does not cure", async () => {
  const ends: (() => void)[] = [];
  const failure = FAILURES.find(({ code }) => code === "ERR_SERIAL_NO_COM_PORT");
  const { address = "" } = (await failure?.target(ends)) ?? {};

  const error = await errorOf(serialSessions(address).next());
  for (const end of ends) end();

  equal(error.code, "ERR_SERIAL_NO_COM_PORT");
});

test("serialSessions() of an address goes on when a server that answered before is cut off", async () => {
  await using served = await servePort();
  const sockets: Socket[] = [];
  let isCutOff = false;
  const way = createServer((client) => {
    client.on("error", () => undefined);
    sockets.push(client);
    if (isCutOff) return;
    const [host, port] = served.at.split(":");
    const onward = connect({ host, port: Number(port) }).on("error", () => undefined);
    client.pipe(onward).pipe(client);
    client.once("close", () => onward.destroy());
  });
  way.listen(0, "127.0.0.1");
  await once(way, "listening");
  const { port: at } = way.address() as { readonly port: number };
  const sessions = serialSessions(`rfc2217://127.0.0.1:${at}?timeout=1s`);
  await sessions.next();

  isCutOff = true;
  for (const socket of sockets.splice(0)) socket.destroy();
  const next = sessions.next();
  await until("an attempt was given up", () => sockets.length > 1);
  isCutOff = false;

  equal((await next).value?.isOpen, true);
  await sessions.return(undefined);
  for (const socket of sockets) socket.destroy();
  way.close();
});
