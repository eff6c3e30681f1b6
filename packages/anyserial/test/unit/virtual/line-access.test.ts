// The calls that need a line, at a pty, which has none.

import { equal, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { VirtualPort } from "anyserial/pty";
import { FakePtyPort } from "../../helpers/fake-pty-port.ts";

const NO_ACCESS = { mode: undefined, uid: undefined, gid: undefined };
const UNSUPPORTED = { name: "UnsupportedFeatureError", code: "ERR_SERIAL_UNSUPPORTED" };
const WRONG = { name: "ConfigurationError", code: "ERR_INVALID_ARG_VALUE" };

function pty(): VirtualPort {
  const place = { link: undefined, access: NO_ACCESS };
  return new VirtualPort(new FakePtyPort() as never, place as never);
}

test("a pty answers every call that needs a line with UnsupportedFeatureError", async () => {
  await using port = pty();
  throws(() => port.lines(), UNSUPPORTED);
  await rejects(port.setModemLines({ cts: true }), UNSUPPORTED);
  await rejects(port.inject({ kind: "break" }), UNSUPPORTED);
  await rejects(port.unplug(), UNSUPPORTED);
  await rejects(port.plug(), UNSUPPORTED);

  equal(port.isPlugged, true);
});

test("wrong lines and wrong errors are refused before the port is asked", async () => {
  await using port = pty();
  await rejects(port.setModemLines({ dtr: true } as never), WRONG);
  await rejects(port.setModemLines({ cts: 1 } as never), WRONG);
  await rejects(port.inject({ kind: "noise" } as never), WRONG);
  await rejects(port.inject({ kind: "parity", byte: 256 }), WRONG);
});
