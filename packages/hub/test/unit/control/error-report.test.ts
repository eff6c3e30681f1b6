import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { checkHubConfig, HubConfigError } from "@anyserial/hub/config";
import { isSerialError, PortBusyError } from "anyserial";
import { reportError, reviveError } from "../../../dist/control/error-report.js";

/** As an error arrives at the other side of the socket. */
function sent(error: unknown): Error {
  return reviveError(JSON.parse(JSON.stringify(reportError(error))));
}

test("reviveError() gives code, message, hint and path of the error that reportError() took", () => {
  const details = { code: "EBUSY", path: "/dev/ttyUSB0", hint: "stop it", operation: "open" };
  const busy = new PortBusyError("Cannot open", details);
  const error = sent(busy);

  ok(isSerialError(error));
  equal(error.message, "Cannot open");
  deepEqual([error.code, error.path], ["EBUSY", "/dev/ttyUSB0"]);
  match(error.hint ?? "", /^stop it/);
  equal(error.hint, busy.hint);
});

test("reviveError() gives a HubConfigError with all problems, by file and line", () => {
  const { problems } = checkHubConfig("networks: 7\n", { file: "hub.yaml" });

  const error = sent(new HubConfigError(problems));

  ok(error instanceof HubConfigError);
  deepEqual(error.problems, JSON.parse(JSON.stringify(problems)));
  equal(error.problems.length, 1);
});

test("reportError() takes anything that was thrown", () => {
  deepEqual(reportError("text"), { name: "Error", message: "text", code: "ERR_HUB" });
  const system = Object.assign(new Error("no disk"), { code: "ENOSPC" });
  deepEqual(reportError(system), { name: "Error", message: "no disk", code: "ENOSPC" });
  const odd = Object.assign(new TypeError("odd"), { code: 7 });
  deepEqual(reportError(odd), { name: "TypeError", message: "odd", code: "ERR_HUB" });
});
