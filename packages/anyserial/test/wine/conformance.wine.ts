// The conformance suite over real Win32 calls: two COM ports that Wine keeps on ptys.

import { test } from "node:test";
import { backendSuite } from "anyserial/testing/conformance";
import { hasModemLines, openCable } from "./cable.ts";

const NO_LINE = "a pty has no line";
const NO_SHIM = "there is no C compiler to build the modem lines with";

backendSuite({
  test,
  name: "windows",
  makePair: openCable,
  missing: {
    idleDisconnect: "Wine ends no WaitCommEvent when the device hangs up",
    framing: "the kernel's pty driver keeps 8 data bits and no parity",
    outputQueue: "a pty has no output queue: written bytes are at the other side at once",
    modemLineCounts: "Windows counts no edges",
    rtsCts: "the kernel's pty driver ignores modem lines",
    break: NO_LINE,
    injectError: NO_LINE,
    marks: "Windows marks no errors in stream position",
    ...(hasModemLines ? {} : { modemLines: NO_SHIM, ring: NO_SHIM }),
  },
});
