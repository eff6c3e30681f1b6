// Problems that the client reports, in words for an operator. No text of it can hold a password or a key: the client's own
// messages name subjects and addresses only, and the ones of files name the path.

import { SerialError } from "anyserial";

interface Known {
  readonly matches: RegExp;
  readonly reason: string;
  readonly code: string;
  readonly hint: string;
}

const KNOWN: readonly Known[] = [
  {
    matches:
      /authorization violation|authentication (expired|revoked|timeout)|account authentication/i,
    reason: "the servers refuse its credentials",
    code: "ERR_HUB_CLUSTER_CREDENTIALS",
    hint: "check the credentials in the cluster section, and the users of the servers",
  },
  {
    matches: /permissions violation/i,
    reason: "the servers do not permit a subject",
    code: "ERR_HUB_CLUSTER_PERMISSION",
    hint: "compare the permissions of the hub's user with those in docs/cluster.md",
  },
  {
    matches: /certificate|self.signed|unable to verify|altnames|\bssl\b|alert number/i,
    reason: "a certificate is refused",
    code: "ERR_HUB_CLUSTER_TLS",
    hint: "check the dates of the certificates, the names in them, and tls.ca",
  },
  {
    matches: /does not support 'tls'|tls.*not available/i,
    reason: "a server does not encrypt",
    code: "ERR_HUB_CLUSTER_TLS",
    hint: "set up TLS on the server; a connection without it is made only where the address says nats://",
  },
  {
    matches: /jetstream (is )?not enabled|insufficient resources|no suitable peers/i,
    reason: "the servers have no JetStream, or no room for it",
    code: "ERR_HUB_CLUSTER_STREAM",
    hint: "start the servers with JetStream, and look at their disks and limits",
  },
];

/**
 * Describes a failure.
 *
 * @param cause From the client, or from reading a file.
 * @param action The action that failed.
 */
export function describeProblem(cause: Error, action = "reach the cluster"): SerialError {
  const inner = cause.cause instanceof Error ? `: ${cause.cause.message}` : "";
  const text = `${cause.message}${inner}`;
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  const known = KNOWN.find(({ matches }) => matches.test(`${text} ${code}`));
  if (known === undefined) {
    return new SerialError(`Cannot ${action}: ${text}`, {
      code: "ERR_HUB_CLUSTER",
      operation: "cluster",
      hint: "the hub tries again by itself; check that a server runs and can be reached",
      cause,
    });
  }
  return new SerialError(`Cannot ${action}: ${known.reason} (${text})`, {
    code: known.code,
    operation: "cluster",
    hint: known.hint,
    cause,
  });
}
