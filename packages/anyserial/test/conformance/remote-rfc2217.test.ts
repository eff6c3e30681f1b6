// The conformance suite over RFC 2217, by our own server.

import { test } from "node:test";
import { backendSuite } from "anyserial/testing/conformance";
import { MORE_THAN_FITS, ON_TCP, remotePair } from "../helpers/remote-pair.ts";

const ROUND_TRIP = "the line is asked for over the network";

backendSuite({
  test,
  name: "rfc2217",
  makePair: (config) => remotePair("rfc2217", config),
  moreThanFits: MORE_THAN_FITS,
  missing: {
    ...ON_TCP,
    immediateLines: ROUND_TRIP,
    lineErrorCounters: "a server counts errors only while it marks them",
  },
});
