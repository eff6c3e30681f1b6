// The conformance suite over raw TCP, by our own server.

import { test } from "node:test";
import { backendSuite } from "anyserial/testing/conformance";
import { MORE_THAN_FITS, ON_TCP, remotePair } from "../helpers/remote-pair.ts";

const NO_LINE = "a raw connection has no line";

backendSuite({
  test,
  name: "socket",
  makePair: (config) => remotePair("raw", config),
  moreThanFits: MORE_THAN_FITS,
  missing: {
    ...ON_TCP,
    refusal: NO_LINE,
    framing: NO_LINE,
    modemLines: NO_LINE,
    modemLineCounts: NO_LINE,
    ring: NO_LINE,
    rtsCts: NO_LINE,
    break: NO_LINE,
    lineErrorCounters: NO_LINE,
    injectError: NO_LINE,
    marks: NO_LINE,
  },
});
