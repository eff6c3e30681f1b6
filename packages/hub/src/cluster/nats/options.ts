// From the cluster section of a configuration to the options of the client. The files are read for each new
// connection, so that a renewed certificate or password needs no reload.

import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { resolve } from "node:path";
import { checkServerIdentity, type ConnectionOptions as PeerOptions } from "node:tls";
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import { readHostPort } from "../../config/values.ts";
import type { ClusterConfig } from "../../model/types.ts";

/**
 * Builds the options of a connection.
 *
 * @param config The section, valid.
 * @param directory Folder that relative paths start from.
 * @returns Options with the content of the files.
 * @throws The system's error — a file cannot be read.
 */
export function connectionOptions(config: ClusterConfig, directory: string): ConnectionOptions {
  const read = (file: string): Buffer => readFileSync(resolve(directory, file));
  const authenticator = authenticatorOf(config, read);
  const isEncrypted = config.servers.some((server) => server.startsWith("tls://"));
  return {
    name: `anyserial hub ${config.name}`,
    inboxPrefix: `_INBOX_${config.name}`, // answers for this hub: others need no permission to read them
    servers: config.servers.map((server) => server.replace(/^(tls|nats):\/\//, "")),
    ...(authenticator && { authenticator }),
    // With it, a server that does not encrypt is refused.
    ...(isEncrypted && { tls: tlsOf(config, read) }),
  };
}

function authenticatorOf(
  { credentials, nkey, user, passwordFile, tokenFile }: ClusterConfig,
  read: (file: string) => Buffer,
): Authenticator | undefined {
  if (credentials !== undefined) return credsAuthenticator(read(credentials));
  if (nkey !== undefined) return nkeyAuthenticator(Buffer.from(textOf(read(nkey))));
  if (user !== undefined && passwordFile !== undefined) {
    return usernamePasswordAuthenticator(user, textOf(read(passwordFile)));
  }
  return tokenFile === undefined ? undefined : tokenAuthenticator(textOf(read(tokenFile)));
}

/** The client hands its options to `tls.connect()`, also those that it does not declare. */
type TlsOptions = NonNullable<ConnectionOptions["tls"]> & Pick<PeerOptions, "checkServerIdentity">;

function tlsOf(config: ClusterConfig, read: (file: string) => Buffer): TlsOptions {
  const { ca, cert, key } = config.tls ?? {};
  return {
    checkServerIdentity: identityCheck(config),
    ...(ca !== undefined && { ca: textOf(read(ca)) }),
    ...(cert !== undefined && { cert: textOf(read(cert)) }),
    ...(key !== undefined && { key: textOf(read(key)) }),
  };
}

/**
 * The client has a name for the check only where the address has one. A server by number has to be one of those
 * that are configured.
 */
function identityCheck({ servers }: ClusterConfig): PeerOptions["checkServerIdentity"] {
  const hosts = servers.map((server) => readHostPort(server.replace("tls://", ""))?.host ?? "");
  const numbers = hosts.filter((host) => isIP(host) !== 0);
  return (host, certificate) => {
    const problem = checkServerIdentity(host, certificate);
    const isOurs = numbers.some((one) => checkServerIdentity(one, certificate) === undefined);
    return isOurs ? undefined : problem;
  };
}

function textOf(bytes: Buffer): string {
  return bytes.toString("utf8").trim();
}
