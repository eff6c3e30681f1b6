// Ports of a backend that the caller brings.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { openSerialPort, PortNotFoundError, serialSessions } from "anyserial";
import { type Backend, createCapabilities } from "anyserial/testing/conformance";
import { loopBackend } from "../../../dist/memory/memory-backend.js";

/** A backend that opens one path, at the third attempt. */
class LateBackend implements Backend {
  readonly name = "late";
  readonly opened: string[] = [];

  platformCapabilities(): ReturnType<Backend["platformCapabilities"]> {
    return createCapabilities("test", this.name, { modemLines: "supported" });
  }

  async open(request: Parameters<Backend["open"]>[0]): ReturnType<Backend["open"]> {
    this.opened.push(request.path);
    if (this.opened.length < 3) throw new PortNotFoundError("not there yet", { code: "ENOENT" });
    return loopBackend.open(request);
  }

  openBlocking(request: Parameters<Backend["open"]>[0]): ReturnType<Backend["openBlocking"]> {
    return loopBackend.openBlocking(request);
  }
}

test("openSerialPort() opens a path with the backend that it is given", async () => {
  const backend: Backend = loopBackend;
  await using port = await openSerialPort("COM7 of a simulator", { baudRate: 9600 }, { backend });

  await port.send(Buffer.from("ping"));

  equal(port.path, "COM7 of a simulator");
  deepEqual(Buffer.from(await port.reader.receiveExactly(4)), Buffer.from("ping"));
});

test("openSerialPort() refuses a backend that cannot open", async () => {
  await rejects(openSerialPort("x", {}, { backend: {} as Backend }), {
    code: "ERR_INVALID_ARG_VALUE",
    message: /backend/,
  });
});

test("serialSessions() tries a port of the caller's backend until it is there", async () => {
  const backend = new LateBackend();

  for await (const port of serialSessions("sim", {}, { backend })) {
    equal(port.path, "sim");
    break;
  }

  deepEqual(backend.opened, ["sim", "sim", "sim"]);
});
