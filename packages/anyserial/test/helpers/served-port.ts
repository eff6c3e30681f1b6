// A port of a memory pair behind our own server, and certificates for TLS.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  SerialServer,
  type SerialServerOptions,
  type ServerEvent,
  type ServerTls,
} from "anyserial/serve";
import { type SerialPortPair, serialPortPair } from "anyserial/testing";

/** A server with the port at the other end of its cable. */
export interface ServedPort extends AsyncDisposable {
  readonly pair: SerialPortPair;
  readonly server: SerialServer;
  /** `host:port` to connect to. */
  readonly at: string;
  readonly events: ServerEvent[];
}

/** Serves one end of a cable on loopback. */
export async function servePort(options: Partial<SerialServerOptions> = {}): Promise<ServedPort> {
  const pair = await serialPortPair();
  const events: ServerEvent[] = [];
  const server = await SerialServer.listen({
    listen: { host: "127.0.0.1", port: 0 },
    onEvent: (event) => events.push(event),
    ...options,
  });
  const serving = server.serve(pair.a).catch(() => undefined); // the port is closed at the end
  const { address } = server;
  const at = "port" in address ? `127.0.0.1:${address.port}` : address.path;
  return {
    pair,
    server,
    at,
    events,
    [Symbol.asyncDispose]: async () => {
      await pair.close();
      await serving;
      await server.close();
    },
  };
}

/** A certificate of 127.0.0.1 that is its own authority, for a server and a client alike. */
export function selfSigned(): ServerTls & { readonly cert: string; readonly key: string } {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  try {
    const names = ["-subj", "/CN=anyserial test", "-addext", "subjectAltName=IP:127.0.0.1"];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const files = ["-keyout", key, "-out", cert, "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...curve, ...files, ...names], { stdio: "ignore" });
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
