// Listens for clients, with TLS or without.

import { createServer, type Server, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  type TLSSocket,
  type Server as TlsServer,
} from "node:tls";

/** A client has this long for the handshake of TLS, in milliseconds. */
const HANDSHAKE_MS = 10_000;

/** Certificate and key of a server, in PEM. */
export interface ServerTls {
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
  /** Clients need a certificate of this authority. */
  readonly clientCa?: string | Uint8Array | undefined;
}

/** What becomes of connections. */
export interface ConnectionListener {
  /** A client is there; its handshake is over. */
  onClient(socket: Socket): void;
  /** The handshake with a client has failed. */
  onRefused(socket: Socket, error: Error): void;
}

/** Makes a server that does not listen yet. Its connections have no delay. */
export function createListener(tls: ServerTls | undefined, listener: ConnectionListener): Server {
  const server = tls === undefined ? plain(listener) : secured(tls, listener);
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => undefined); // "close" follows
    socket.setNoDelay(true);
  });
  return server;
}

/** Takes other certificates, for later clients; without effect on a server without TLS. */
export function setCertificates(server: Server, tls: ServerTls): void {
  (server as Partial<TlsServer>).setSecureContext?.(contextOf(tls));
}

/** Names a client for people. */
export function peerOf({ remoteAddress, remotePort }: Socket): string {
  if (remoteAddress === undefined) return "a local client";
  return remoteAddress.includes(":")
    ? `[${remoteAddress}]:${remotePort}`
    : `${remoteAddress}:${remotePort}`;
}

function plain({ onClient }: ConnectionListener): Server {
  return createServer({ noDelay: true, allowHalfOpen: true }, onClient);
}

function secured(tls: ServerTls, { onClient, onRefused }: ConnectionListener): Server {
  const server = createTlsServer(
    { ...contextOf(tls), handshakeTimeout: HANDSHAKE_MS },
    (socket: TLSSocket) => onClient(socket),
  );
  server.on("tlsClientError", (error: Error, socket: Socket) => {
    onRefused(socket, error);
    socket.destroy();
  });
  return server;
}

function contextOf({ cert, key, clientCa }: ServerTls): Readonly<Record<string, unknown>> {
  const own = { cert: Buffer.from(cert), key: Buffer.from(key) };
  if (clientCa === undefined) return own;
  return { ...own, ca: Buffer.from(clientCa), requestCert: true, rejectUnauthorized: true };
}
