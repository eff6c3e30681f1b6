// The conformance suite at our own server, with a pty.

import { test } from "node:test";
import { backendSuite } from "anyserial/testing/conformance";
import { PTY_LACKS } from "../helpers/on-pty.ts";
import { MORE_THAN_FITS, ON_TCP } from "../helpers/remote-pair.ts";
import { peerPair, startOwn } from "../helpers/remote-peers.ts";

backendSuite({
  test,
  name: "own server",
  makePair: (config) => peerPair((path) => startOwn(path, "rfc2217"), config),
  moreThanFits: MORE_THAN_FITS,
  missing: { ...PTY_LACKS, ...ON_TCP },
});

backendSuite({
  test,
  name: "own server, raw",
  makePair: (config) => peerPair((path) => startOwn(path, "raw"), config),
  moreThanFits: MORE_THAN_FITS,
  missing: { ...PTY_LACKS, ...ON_TCP, marks: "a raw connection has no line" },
});
