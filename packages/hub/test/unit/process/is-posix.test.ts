// The hub on a system without ptys, modes and sockets in the file system, as Windows is: this
// process hides the signs that it is another one.

import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createHub } from "@anyserial/hub";
import { controlPathOf, listControlPaths } from "@anyserial/hub/control";
import {
  checkSocketPath,
  isPipe,
  makeRuntimeFolder,
  runtimeFolder,
} from "../../../dist/control/runtime-folder.js";
import { loadToken } from "../../../dist/service/token.js";
import { testFolder } from "../../helpers/service-fixtures.ts";

function beWindows(t: TestContext): void {
  const { getuid } = process;
  t.after(() => Object.assign(process, { getuid }));
  Object.assign(process, { getuid: undefined });
}

test("createHub() names the member that cannot be emulated, and leaves nothing", async (t) => {
  beWindows(t);
  const directory = testFolder(t);
  const networks = {
    plant: { members: { gateway: { tcp: { listen: "127.0.0.1:0" } }, meter: { port: "meter" } } },
  };

  await assert.rejects(createHub({ networks }, { directory }), {
    name: "UnsupportedPlatformError",
    code: "ERR_SERIAL_PLATFORM",
    message:
      'Cannot make member "meter" of network "plant": this system has no ptys to emulate ports with',
  });
  assert.deepEqual(readdirSync(directory), []);
});

test("createHub() runs the members that need no pty", async (t) => {
  beWindows(t);
  const networks = { plant: { members: { gateway: { tcp: { listen: "127.0.0.1:0" } } } } };

  await using hub = await createHub({ networks }, { directory: testFolder(t) });

  assert.equal(hub.snapshot().networks[0]?.members.length, 1);
});

test("the control socket is a named pipe of this user", (t) => {
  beWindows(t);
  const folder = runtimeFolder();

  const path = controlPathOf("plant.yaml");

  assert.match(path, /^\\\\\.\\pipe\\anyserial-[\w-]+-plant-[0-9a-f]{8}$/);
  assert.equal(path, controlPathOf("./plant.yaml"));
  assert.equal(isPipe(path), true);
  makeRuntimeFolder(folder); // there is nothing to make
  checkSocketPath(path);
  assert.deepEqual(listControlPaths(folder), []);
});

test("checkSocketPath() refuses a file for a control socket", (t) => {
  beWindows(t);

  assert.throws(() => checkSocketPath("C:\\hub.sock"), { code: "ERR_INVALID_ARG_VALUE" });
});

test("loadToken() does not ask for modes that there are not", (t) => {
  const file = join(testFolder(t), "token");
  writeFileSync(file, `${"a".repeat(40)}\n`, { mode: 0o644 });
  assert.throws(() => loadToken(file), { code: "ERR_INVALID_ARG_VALUE" });
  beWindows(t);

  assert.equal(loadToken(file), "a".repeat(40));
});
