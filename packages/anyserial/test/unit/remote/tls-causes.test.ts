import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { tlsCause } from "../../../dist/remote/tls-causes.js";

for (const [code, text, hint] of [
  ["CERT_HAS_EXPIRED", /has expired/, /renew/],
  ["CERT_NOT_YET_VALID", /not valid yet/, /date/],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", /signed by itself/, /tls: \{ ca \}/],
  ["SELF_SIGNED_CERT_IN_CHAIN", /authority that is not known here/, /tls: \{ ca \}/],
  ["ERR_TLS_CERT_ALTNAME_INVALID", /another name: why/, /tls: \{ servername \}/],
  ["CERT_REVOKED", /not accepted: why/, /authority/],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", /asks for a certificate/, /tls: \{ cert, key \}/],
  ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", /asks for a certificate/, /tls: \{ cert, key \}/],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", /does not accept the certificate/, /tls: \{ cert, key \}/],
  ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", /does not accept the certificate/, /valid/],
  ["ERR_SSL_WRONG_VERSION_NUMBER", /speaks no TLS/, /leave \+tls out/],
  ["EPROTO", /no TLS could be agreed on/, /check the TLS/],
] as const) {
  test(`tlsCause() knows ${code}`, () => {
    const cause = tlsCause(code, "why");
    match(cause?.text ?? "", text);
    match(cause?.hint ?? "", hint);
  });
}

test("tlsCause() leaves errors of the connection alone", () => {
  equal(tlsCause("ECONNREFUSED", "why"), undefined);
});
