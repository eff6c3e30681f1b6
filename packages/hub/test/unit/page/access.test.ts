// Who may do what: hostile hosts, origins and tokens.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { hasToken, isKnownHost, isOwnOrigin, mayRead } from "../../../dist/page/access.js";

const OPTIONS = {
  http: "127.0.0.1:7070",
  allowedHosts: ["Plant.example"],
  token: "0123456789abcdef",
};

const HOSTS: readonly (readonly [string | undefined, boolean])[] = [
  ["127.0.0.1:7070", true],
  ["localhost:1234", true],
  ["[::1]:7070", true],
  ["plant.example", true],
  ["PLANT.EXAMPLE:443", true],
  ["evil.example", false],
  ["127.0.0.1.evil.example", false],
  ["localhost.", false],
  ["localhost@evil.example", false],
  ["", false],
  [undefined, false],
];
for (const [host, known] of HOSTS) {
  test(`isKnownHost() ${known ? "knows" : "refuses"} ${JSON.stringify(host)}`, () => {
    equal(isKnownHost(host, OPTIONS), known);
  });
}

const ORIGINS: readonly (readonly [Record<string, string>, boolean])[] = [
  [{}, true],
  [{ origin: "http://127.0.0.1:7070" }, true],
  [{ origin: "https://plant.example" }, true],
  [{ origin: "http://127.0.0.1:3000" }, false],
  [{ origin: "http://localhost:7070" }, false],
  [{ origin: "https://evil.example" }, false],
  [{ origin: "https://127.0.0.1:7070.evil.example" }, false],
  [{ origin: "http://evil.example/127.0.0.1:7070" }, false],
  [{ origin: "file://127.0.0.1:7070" }, false],
  [{ origin: "null" }, false],
  [{ origin: "" }, false],
  [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, false],
  [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, true],
  [{ "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }, true],
];
for (const [headers, own] of ORIGINS) {
  test(`isOwnOrigin() ${own ? "takes" : "refuses"} ${JSON.stringify(headers)}`, () => {
    equal(isOwnOrigin({ host: "127.0.0.1:7070", ...headers }, OPTIONS), own);
  });
}

const TOKENS: readonly (readonly [string | undefined, boolean])[] = [
  ["Bearer 0123456789abcdef", true],
  ["bearer 0123456789abcdef", true],
  ["Bearer 0123456789abcdeX", false],
  ["Bearer 0123456789abcdef0", false],
  ["Bearer ", false],
  ["Basic 0123456789abcdef", false],
  [undefined, false],
];
for (const [authorization, right] of TOKENS) {
  test(`hasToken() ${right ? "takes" : "refuses"} ${JSON.stringify(authorization)}`, () => {
    equal(hasToken({ headers: { authorization }, remoteAddress: "127.0.0.1" }, OPTIONS), right);
  });
}

test("hasToken() refuses everything where there is no token", () => {
  const headers = { authorization: "Bearer undefined" };

  equal(hasToken({ headers, remoteAddress: "127.0.0.1" }, { ...OPTIONS, token: undefined }), false);
});

const READERS: readonly (readonly [string, Record<string, string>, boolean])[] = [
  ["127.0.0.1", { host: "localhost:7070" }, true],
  ["::1", { host: "[::1]:7070" }, true],
  ["::ffff:127.0.0.1", { host: "127.0.0.1:7070" }, true],
  ["192.0.2.7", { host: "localhost:7070" }, false],
  ["127.0.0.1", { host: "plant.example" }, false],
  ["127.0.0.1", { host: "127.0.0.1:7070", "x-forwarded-for": "192.0.2.7" }, false],
  ["192.0.2.7", { host: "plant.example", authorization: "Bearer 0123456789abcdef" }, true],
];
for (const [remoteAddress, headers, may] of READERS) {
  test(`mayRead() ${may ? "lets" : "refuses"} ${remoteAddress} ${JSON.stringify(headers)}`, () => {
    equal(mayRead({ headers, remoteAddress }, OPTIONS), may);
  });
}
