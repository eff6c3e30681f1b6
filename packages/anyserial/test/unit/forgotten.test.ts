import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { runScript } from "../helpers/run-script.ts";

/** Opens a port in a function, forgets it, and collects garbage until a warning comes or not. */
function script(body: string): string {
  return `
    const { openWith } = await import("#internal/open.js");
    const { createSerialConfig } = await import("anyserial");
    const { createMemoryCable } = await import("#internal/backend/memory.js");
    const warnings = [];
    process.on("warning", (warning) => warnings.push(warning));
    const abandoned = [];
    const socket = createMemoryCable().a;
    async function openSomewhere() {
      const backend = {
        name: "fake",
        platformCapabilities: () => socket.backend.platformCapabilities(),
        open: async (request) => {
          const port = await socket.backend.open(request);
          port.abandon = () => abandoned.push(request.path);
          return port;
        },
      };
      return openWith(backend, { path: socket.path, info: undefined }, createSerialConfig());
    }
    ${body}
    for (let turn = 0; turn < 100 && warnings.length === 0; turn++) {
      gc();
      await new Promise(setImmediate);
    }
    console.log(JSON.stringify({
      path: socket.path,
      abandoned,
      warnings: warnings.map(({ name, code, message, detail }) => ({ name, code, message, detail })),
    }));
    process.removeAllListeners("exit");
  `;
}

interface Outcome {
  readonly path: string;
  readonly abandoned: string[];
  readonly warnings: { name: string; code: string; message: string; detail: string }[];
}

async function run(body: string): Promise<Outcome> {
  const { stdout } = await runScript(script(body), { flags: ["--expose-gc", "--no-warnings"] });
  return JSON.parse(stdout) as Outcome;
}

test("watchForgotten() warns of a port that was collected while open, and closes it", async () => {
  const { path, abandoned, warnings } = await run("await openSomewhere();");

  equal(warnings.length, 1);
  equal(warnings[0]?.name, "SerialResourceWarning");
  equal(warnings[0]?.code, "ERR_SERIAL_FORGOTTEN");
  equal(warnings[0]?.message, `Serial port "${path}" was garbage-collected while open`);
  match(warnings[0]?.detail ?? "", /openSomewhere/);
  deepEqual(abandoned, [path]);
});

test("watchForgotten() says nothing of a port that was closed", async () => {
  const { warnings } = await run(`
    async function openAndClose() {
      await (await openSomewhere()).close();
    }
    await openAndClose();`);

  deepEqual(warnings, []);
});

test("watchForgotten() says nothing of a port that somebody holds", async () => {
  const { warnings } = await run("globalThis.held = await openSomewhere();");

  deepEqual(warnings, []);
});

test("watchForgotten() says nothing of a port that ends while it is collected", async () => {
  const { warnings } = await run("void (await openSomewhere()).close();");

  deepEqual(warnings, []);
});
