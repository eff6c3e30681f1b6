// The conformance suite over the kernel's CDC-ACM device and its own host driver.

import { after, test } from "node:test";
import { openSerialPort, type SerialConfigInput } from "anyserial";
import { backendSuite } from "anyserial/testing/conformance";
import { AcmGadget, DEVICE_SIDE } from "../gadget/acm-gadget.ts";

const NO_LINES = "the device's side has no control lines";
const NO_LINE = "there is no line between the two";

const gadget = AcmGadget.create();
let hostSide = await gadget.plug();
// An idle port does not keep the process alive, and there is nothing else that would.
const alive = setInterval(() => undefined, 60_000);
after(() => clearInterval(alive));

backendSuite({
  test,
  name: "CDC-ACM",
  makePair: async ({ a, b }: { readonly a: SerialConfigInput; readonly b: SerialConfigInput }) => {
    let isPlugged = true;
    // A fast one, since close() gives queued bytes the time that they need.
    const host = await openSerialPort(hostSide, { baudRate: 3_000_000, ...a });
    // It keeps the settings that it has, whatever is asked for.
    const device = await openSerialPort(DEVICE_SIDE, { ...b, unsupportedPolicy: "ignore" });
    return {
      a: host,
      b: device,
      hooks: {
        disconnect: () => {
          isPlugged = false;
          gadget.unplug();
        },
      },
      refusedConfig: { rs485: { enabled: true } },
      close: async () => {
        // The device's driver takes nothing more when it was closed with unread bytes.
        if (host.stats().bytesOut !== device.stats().bytesIn && isPlugged) {
          isPlugged = false;
          gadget.unplug();
        }
        if (!isPlugged) hostSide = await gadget.plug();
      },
    };
  },
  // Some 200 KiB: 16 transfers of the host's driver, as many of the device's, and the terminals.
  moreThanFits: 512 * 1024,
  missing: {
    drainDisconnect:
      "its driver asks the device nothing that would show it; acm.test.ts covers the rest",
    wholeOutputQueue: "the drivers count whole transfers",
    discardOutput: "the drivers count whole transfers",
    modemLines: NO_LINES,
    modemLineCounts: NO_LINES,
    ring: NO_LINES,
    rtsCts: NO_LINES,
    break: "the host's driver sends no break",
    injectError: NO_LINE,
  },
});
