// Permissions of an emulated port: arguments that are refused before anything is made.

import { throws } from "node:assert/strict";
import { test } from "node:test";
import { checkAccess } from "../../../dist/virtual/device-access.js";

const noModes = process.platform === "win32" ? "the system has no permission bits" : false;

for (const [access, field] of [
  [{ mode: 0o1000 }, "mode"],
  [{ mode: -1 }, "mode"],
  [{ mode: 6.5 }, "mode"],
  [{ owner: "nobody-has-this-name" }, "owner"],
  [{ owner: -1 }, "owner"],
  [{ group: "nobody-has-this-name" }, "group"],
] as const) {
  test(`checkAccess() refuses ${JSON.stringify(access)}`, { skip: noModes }, () => {
    throws(
      () => checkAccess(access),
      (error: Error) => error.message.startsWith(`Invalid "${field}": got `),
    );
  });
}
