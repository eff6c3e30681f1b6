// A connected socket, or the error with the cause, within the time of the address.

import {
  connect as connectPlain,
  type NetConnectOpts,
  type OnReadOpts,
  type Socket,
} from "node:net";
import { connect as connectTls } from "node:tls";
import type { TlsOptions } from "../backend/backend.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";
import type { RemoteAddress } from "./address.ts";
import { ChunkSource, type ConnectedSocket } from "./chunk-source.ts";
import { connectError, type ReachedStage, timeoutError } from "./connect-errors.ts";

/** One of several addresses of a name has so long to answer, in milliseconds: a slow way is not taken for none. */
const ATTEMPT_MS = 2000;

/**
 * Connects.
 *
 * @param address Where to.
 * @param tls Certificates, for an address with TLS.
 * @returns A socket that is not read yet, and reports an end of the other side as its own.
 * @throws {@link SerialError} the connection failed, or took longer than the address allows.
 */
export function connect(
  address: RemoteAddress,
  tls: TlsOptions | undefined,
): Promise<ConnectedSocket> {
  return new Promise((resolve, reject) => {
    const chunks = new ChunkSource();
    const socket = start(address, { tls, onread: chunks.onread });
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    let reached: ReachedStage = "nothing";
    const timer = setTimeout(() => fail(timeoutError(address, reached)), address.timeoutMs);
    socket.once("connect", () => {
      reached = "connected with TLS to come";
    });
    const onError = (error: unknown): void => fail(connectError(address, error));
    const onClose = (): void =>
      onError(Object.assign(new Error("the server ended the connection"), { code: "ECONNRESET" }));
    socket.once("error", onError);
    socket.once("close", onClose);
    socket.once(address.isTls ? "secureConnect" : "connect", () => {
      clearTimeout(timer);
      socket.off("error", onError);
      socket.off("close", onClose);
      chunks.follow(socket);
      resolve({ socket, chunks });
    });
  });
}

function start(
  address: RemoteAddress,
  { tls = {}, onread }: { readonly tls: TlsOptions | undefined; readonly onread: OnReadOpts },
): Socket {
  const { target, keepAliveMs } = address;
  if ("path" in target) return connectPlain({ path: target.path, onread });
  const options: NetConnectOpts = {
    ...target,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
  };
  if (!address.isTls) return connectPlain({ ...options, onread });
  const { ca, cert, key, servername } = tls;
  const socket = connectTls({
    ...options,
    // A number has no name: its certificate is checked by address.
    ...(servername === undefined ? {} : { servername }),
    ...(ca === undefined ? {} : { ca: pem(ca) }),
    ...(cert === undefined ? {} : { cert: pem(cert) }),
    ...(key === undefined ? {} : { key: pem(key) }),
  });
  // Node.js passes neither on, and what is set before there is a connection loses its time.
  socket.once("connect", () => socket.setNoDelay(true).setKeepAlive(true, keepAliveMs));
  return socket;
}

function pem(text: string | Uint8Array): string | Buffer {
  return typeof text === "string" ? text : Buffer.from(text);
}
