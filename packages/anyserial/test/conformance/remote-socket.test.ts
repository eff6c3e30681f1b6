// The conformance suite over raw TCP, by our own server.

import { test } from "node:test";
import { backendSuite } from "anyserial/testing/conformance";
import { MORE_THAN_FITS, NO_RAW_LINE, ON_TCP, remotePair } from "../helpers/remote-pair.ts";

backendSuite({
  test,
  name: "socket",
  makePair: (config) => remotePair("raw", config),
  moreThanFits: MORE_THAN_FITS,
  missing: { ...ON_TCP, ...NO_RAW_LINE },
});
