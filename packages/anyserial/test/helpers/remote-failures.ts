// The ways in which a connection to a port fails, each with a server that makes it fail, and the expected error.

import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer, type TlsOptions as ServerTls } from "node:tls";
import { Authority } from "@anyserial/test-support/certificates";
import type { TlsOptions } from "anyserial";

/** An address that cannot be opened. */
export interface Target {
  readonly address: string;
  readonly tls?: TlsOptions;
}

/** A way to fail. */
export interface Failure {
  /** The cause, for the name of a test. */
  readonly of: string;
  /** Makes the server; what it makes is closed at the end of the test. */
  readonly target: (ends: (() => void)[]) => Promise<Target>;
  readonly name: string;
  readonly code: string | RegExp;
  readonly message: RegExp;
  readonly hint: RegExp;
}

const authority = new Authority();
const other = new Authority();
const GOOD = authority.sign("IP:127.0.0.1");
const EXPIRED = authority.sign("IP:127.0.0.1", -1);
const ELSEWHERE = authority.sign("DNS:lab.example");
const STRANGER = other.sign("IP:127.0.0.1");
const [CA, OTHER_CA] = [authority.cert, other.cert];
authority[Symbol.dispose]();
other[Symbol.dispose]();

/** Negotiation of a telnet server: WILL ECHO and WILL SUPPRESS-GO-AHEAD; DONT COM-PORT-OPTION. */
const TELNET = Uint8Array.of(255, 251, 1, 255, 251, 3);
const DONT_COM_PORT = Uint8Array.of(255, 254, 44);

/** Record of TLS 1.2: a fatal alert, unexpected message. */
const TLS_ALERT = Uint8Array.of(21, 3, 3, 0, 2, 2, 10);

/** A server that does something with each client. */
async function serve(ends: (() => void)[], onClient: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    onClient(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return at(server.address());
}

/** A server with TLS; it says nothing. */
async function serveTls(ends: (() => void)[], options: ServerTls): Promise<string> {
  const server = createTlsServer(options, (socket) => socket.on("error", () => undefined));
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => server.close());
  return at(server.address());
}

function at(address: unknown): string {
  return `127.0.0.1:${(address as { readonly port: number }).port}`;
}

/** An address of a server with this certificate. */
function withCertificate(
  { cert, key }: { readonly cert: string; readonly key: string },
  tls: TlsOptions = { ca: CA },
): Failure["target"] {
  return async (ends) => ({
    address: `rfc2217+tls://${await serveTls(ends, { cert, key })}`,
    tls,
  });
}

/** Every way. */
export const FAILURES: readonly Failure[] = [
  {
    of: "a machine that refuses the connection",
    target: async () => {
      const ends: (() => void)[] = [];
      const address = await serve(ends, () => undefined);
      for (const end of ends) end();
      return { address: `rfc2217://${address}` };
    },
    name: "PortNotFoundError",
    code: "ECONNREFUSED",
    message: /refuses the connection/,
    hint: /check that the server runs/,
  },
  {
    of: "a name that is unknown",
    target: async () => ({ address: "rfc2217://no-such-machine.invalid:2217" }),
    name: "PortNotFoundError",
    code: /^(ENOTFOUND|EAI_AGAIN)$/,
    message: /name/,
    hint: /name/,
  },
  {
    of: "a server that resets the connection",
    target: async (ends) => ({
      address: `rfc2217://${await serve(ends, (socket) => socket.once("data", () => socket.resetAndDestroy()))}`,
    }),
    name: "PortBusyError",
    code: "ECONNRESET",
    message: /the server ended the connection \(ECONNRESET\)/,
    hint: /another client/,
  },
  {
    of: "a server that ends the connection at once",
    target: async (ends) => ({
      address: `rfc2217://${await serve(ends, (socket) => socket.resume().end())}`,
    }),
    name: "PortBusyError",
    code: "EBUSY",
    message: /the server ended the connection$/,
    hint: /another client may use the port; or the server wants TLS/,
  },
  {
    of: "a server that says why it ends the connection",
    target: async (ends) => ({
      address: `rfc2217://${await serve(ends, (socket) => socket.resume().end("go away\r\n"))}`,
    }),
    name: "PortBusyError",
    code: "EBUSY",
    message: /ended the connection: go away$/,
    hint: /until the other client has left/,
  },
  {
    of: "a server that says nothing",
    target: async (ends) => ({
      address: `rfc2217://${await serve(ends, () => undefined)}?timeout=500ms`,
    }),
    name: "UnsupportedFeatureError",
    code: "ERR_SERIAL_NO_ANSWER",
    message: /did not answer to RFC 2217 within 500 ms/,
    hint: /socket:\/\/ in place of rfc2217/,
  },
  {
    of: "a telnet server that does not answer to the option of serial ports",
    target: async (ends) => ({
      address: `rfc2217://${await serve(ends, (socket) => socket.write(TELNET))}?timeout=1s`,
    }),
    name: "UnsupportedFeatureError",
    code: "ERR_SERIAL_NO_ANSWER",
    message: /speaks telnet, and did not answer/,
    hint: /switch RFC 2217 on/,
  },
  {
    of: "a telnet server that refuses the option of serial ports",
    target: async (ends) => ({
      address: `rfc2217://${await serve(ends, (socket) => socket.write(DONT_COM_PORT))}`,
    }),
    name: "UnsupportedFeatureError",
    code: "ERR_SERIAL_NO_COM_PORT",
    message: /refuses serial ports \(option 44\)/,
    hint: /telnet\(rfc2217\) in ser2net/,
  },
  {
    of: "a web server",
    target: async (ends) => ({
      address: `rfc2217://${await serve(ends, (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n"))}`,
    }),
    name: "UnsupportedFeatureError",
    code: "ERR_SERIAL_NOT_TELNET",
    message: /a web server answers there/,
    hint: /web pages have another one/,
  },
  {
    of: "an SSH server",
    target: async (ends) => ({
      address: `rfc2217://${await serve(ends, (socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n"))}`,
    }),
    name: "UnsupportedFeatureError",
    code: "ERR_SERIAL_NOT_TELNET",
    message: /an SSH server answers there/,
    hint: /port of the serial server/,
  },
  {
    of: "a server with TLS, without +tls, that ends the connection",
    target: async (ends) => ({ address: `rfc2217://${await serveTls(ends, GOOD)}` }),
    name: "PortBusyError",
    code: "EBUSY",
    message: /the server ended the connection$/,
    hint: /write \+tls behind the scheme/,
  },
  {
    of: "a server with TLS, without +tls, that says so",
    target: async (ends) => ({
      address: `rfc2217://${await serve(ends, (socket) => socket.write(TLS_ALERT))}`,
    }),
    name: "UnsupportedFeatureError",
    code: "ERR_SERIAL_NOT_TELNET",
    message: /the server speaks TLS/,
    hint: /rfc2217\+tls:\/\//,
  },
  {
    of: "a server without TLS, with +tls",
    target: async (ends) => ({
      address: `rfc2217+tls://${await serve(ends, (socket) => socket.write(TELNET))}`,
    }),
    name: "SerialError",
    code: "ERR_SSL_WRONG_VERSION_NUMBER",
    message: /the server speaks no TLS/,
    hint: /leave \+tls out/,
  },
  {
    of: "a server that does not answer to TLS",
    target: async (ends) => ({
      address: `socket+tls://${await serve(ends, () => undefined)}?timeout=1s`,
    }),
    name: "UnsupportedFeatureError",
    code: "ERR_SERIAL_NO_ANSWER",
    message: /did not answer to TLS within 1000 ms/,
    hint: /leave \+tls out/,
  },
  {
    of: "a certificate that has expired",
    target: withCertificate(EXPIRED),
    name: "SerialError",
    code: "CERT_HAS_EXPIRED",
    message: /its certificate has expired/,
    hint: /renew/,
  },
  {
    of: "a certificate for another name",
    target: withCertificate(ELSEWHERE),
    name: "SerialError",
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
    message: /its certificate is for another name/,
    hint: /tls: \{ servername \}/,
  },
  {
    of: "a certificate of an authority that is not known",
    target: withCertificate(GOOD, { ca: OTHER_CA }),
    name: "SerialError",
    code: /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/,
    message: /of an authority that is not known here/,
    hint: /tls: \{ ca \}/,
  },
  {
    of: "a server that asks for a certificate of the client",
    target: async (ends) => {
      const ask = { requestCert: true, rejectUnauthorized: true, ca: CA };
      const tls = { ca: CA };
      return { address: `rfc2217+tls://${await serveTls(ends, { ...GOOD, ...ask })}`, tls };
    },
    name: "SerialError",
    code: /CERTIFICATE_REQUIRED/,
    message: /the server asks for a certificate of the client/,
    hint: /tls: \{ cert, key \}/,
  },
  {
    of: "a server of Node.js that does not accept the certificate of the client",
    target: async (ends) => {
      const ask = { requestCert: true, rejectUnauthorized: true, ca: CA };
      const tls = { ca: CA, cert: STRANGER.cert, key: STRANGER.key };
      return { address: `rfc2217+tls://${await serveTls(ends, { ...GOOD, ...ask })}`, tls };
    },
    name: "PortBusyError",
    code: "EBUSY",
    message: /the server ended the connection$/,
    hint: /wants another certificate of the client/,
  },
  {
    of: "a socket that is not there",
    target: async () => ({ address: "unix:/nowhere/anyserial.sock" }),
    name: "PortNotFoundError",
    code: "ENOENT",
    message: /no such socket/,
    hint: /check the path/,
  },
  {
    of: "a socket at which no program listens",
    target: async (ends) => {
      const folder = mkdtempSync(join(tmpdir(), "anyserial-deaf-"));
      ends.push(() => rmSync(folder, { recursive: true }));
      const path = join(folder, "socket");
      writeFileSync(path, "");
      return { address: `unix:${path}` };
    },
    name: "PortNotFoundError",
    code: "ECONNREFUSED",
    message: /no program listens at this socket/,
    hint: /program that made it runs/,
  },
];
