// Why TLS fails, and the next step, by the codes of Node.js and OpenSSL. Pure.

/** A state for people, and the next step. */
export interface Cause {
  readonly text: string;
  readonly hint: string;
}

const UNKNOWN_AUTHORITY: Cause = {
  text: "its certificate is of an authority that is not known here",
  hint: "give the authority of the server's certificate: tls: { ca }",
};

/** Certificates of a server that are not accepted here. */
const CERTIFICATES: Readonly<Record<string, Cause>> = {
  CERT_HAS_EXPIRED: {
    text: "its certificate has expired",
    hint: "renew the certificate of the server; or check the date of this machine",
  },
  CERT_NOT_YET_VALID: {
    text: "its certificate is not valid yet",
    hint: "check the date of this machine and of the server",
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    text: "its certificate is signed by itself",
    hint: "if this is the right server, give that certificate as the authority: tls: { ca }",
  },
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
};

/** Alerts of a server, and bytes that are no TLS, by a part of the code. */
const ALERTS: readonly (readonly [RegExp, Cause])[] = [
  [
    /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/,
    {
      text: "the server asks for a certificate of the client",
      hint: "give one of its authority: tls: { cert, key }",
    },
  ],
  [
    /ALERT.*(CERT|UNKNOWN_CA)|UNKNOWN_CA$/,
    {
      text: "the server does not accept the certificate of the client",
      hint: "give one that is valid, and of the authority that the server knows: tls: { cert, key }",
    },
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH|UNKNOWN_PROTOCOL|HTTP_REQUEST|RECORD_TOO/,
    { text: "the server speaks no TLS", hint: "leave +tls out of the address" },
  ],
];

/**
 * Finds out why TLS failed.
 *
 * @param code Of the error.
 * @param message Of the error.
 * @returns `undefined` for an error that is none of TLS.
 */
export function tlsCause(code: string, message: string): Cause | undefined {
  const known = CERTIFICATES[code];
  if (known !== undefined) return known;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      text: `its certificate is for another name: ${message}`,
      hint: "give the name in the certificate: tls: { servername }",
    };
  }
  if (code.startsWith("ERR_SSL") || code === "EPROTO") {
    const [, cause] = ALERTS.find(([pattern]) => pattern.test(code)) ?? [];
    return cause ?? { text: "no TLS could be agreed on", hint: "check the TLS of the server" };
  }
  if (!/CERT|SELF_SIGNED|LEAF_SIGNATURE|UNABLE_TO|ALTNAME/.test(code)) return undefined;
  return {
    text: `its certificate is not accepted: ${message}`,
    hint: "check the certificate of the server, and its authority: tls: { ca }",
  };
}
