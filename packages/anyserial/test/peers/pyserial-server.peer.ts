// The conformance suite at the server of pySerial.

import { test } from "node:test";
import { backendSuite } from "anyserial/testing/conformance";
import { PTY_LACKS } from "../helpers/on-pty.ts";
import { MORE_THAN_FITS, ON_TCP } from "../helpers/remote-pair.ts";
import { noPyserial, peerPair, startPyserial } from "../helpers/remote-peers.ts";

backendSuite({
  test,
  name: "pyserial",
  makePair: (config) => peerPair(startPyserial, config),
  moreThanFits: MORE_THAN_FITS,
  missing: {
    ...PTY_LACKS,
    ...ON_TCP,
    marks: "pySerial does not answer to the mask of line errors",
  },
  skip: noPyserial || undefined,
});
