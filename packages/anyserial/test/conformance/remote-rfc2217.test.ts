// The conformance suite over RFC 2217, by our own server.

import { test } from "node:test";
import { backendSuite } from "anyserial/testing/conformance";
import { MORE_THAN_FITS, NO_REMOTE_LINE, ON_TCP, remotePair } from "../helpers/remote-pair.ts";

backendSuite({
  test,
  name: "rfc2217",
  makePair: (config) => remotePair("rfc2217", config),
  moreThanFits: MORE_THAN_FITS,
  missing: { ...ON_TCP, ...NO_REMOTE_LINE },
});
