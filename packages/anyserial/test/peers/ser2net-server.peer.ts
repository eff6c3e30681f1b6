// The conformance suite at ser2net 4.

import { test } from "node:test";
import { missing } from "@anyserial/test-support/programs";
import { backendSuite } from "anyserial/testing/conformance";
import { PTY_LACKS } from "../helpers/on-pty.ts";
import { MORE_THAN_FITS, ON_TCP } from "../helpers/remote-pair.ts";
import { peerPair, startSer2net } from "../helpers/remote-peers.ts";

backendSuite({
  test,
  name: "ser2net",
  makePair: (config) => peerPair(startSer2net, config),
  moreThanFits: MORE_THAN_FITS,
  missing: {
    ...PTY_LACKS,
    ...ON_TCP,
    marks: "ser2net does not answer to the mask of line errors",
    closeDelivers: "ser2net may lose bytes that a client sends just before it ends the connection",
    sendDisconnect: "ser2net keeps a connection whose device goes away while it writes to it",
  },
  skip: missing("ser2net", ["-v"]) || undefined,
});
