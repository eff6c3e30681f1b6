import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { runScript } from "../../helpers/run-script.ts";

/** Collections until a warning that is due comes, at most; and those after which one is not to be expected any more. */
const LONG = 200;
const SHORT = 20;

/** Opens a port in a function, forgets it, and collects garbage until a warning comes or not. */
function script(body: string, turns: number): string {
  return `
    const { openWith } = await import("./dist/port/open.js");
    const { createSerialConfig } = await import("./dist/config/config.js");
    const { createMemoryCable } = await import("./dist/memory/memory-backend.js");
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
    for (let turn = 0; turn < ${turns} && warnings.length === 0; turn++) {
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

async function run(body: string, turns: number): Promise<Outcome> {
  const { stdout } = await runScript(script(body, turns), {
    flags: ["--expose-gc", "--no-warnings"],
  });
  return JSON.parse(stdout) as Outcome;
}

test("closeWhenCollected() warns of a port that was collected while open, and closes it", async () => {
  const { path, abandoned, warnings } = await run("await openSomewhere();", LONG);

  equal(warnings.length, 1);
  equal(warnings[0]?.name, "SerialResourceWarning");
  equal(warnings[0]?.code, "ERR_SERIAL_FORGOTTEN");
  equal(warnings[0]?.message, `Serial port "${path}" was garbage-collected while open`);
  match(warnings[0]?.detail ?? "", /openSomewhere/);
  deepEqual(abandoned, [path]);
});

test("closeWhenCollected() says nothing of a port that was closed", async () => {
  const { warnings } = await run(
    `async function openAndClose() {
      await (await openSomewhere()).close();
    }
    await openAndClose();`,
    SHORT,
  );

  deepEqual(warnings, []);
});

test("closeWhenCollected() does not warn about a port that is still referenced", async () => {
  const { warnings } = await run("globalThis.held = await openSomewhere();", SHORT);

  deepEqual(warnings, []);
});

test("closeWhenCollected() says nothing of a port that ends while it is collected", async () => {
  const { warnings } = await run("void (await openSomewhere()).close();", SHORT);

  deepEqual(warnings, []);
});

for (const made of ["toDuplex()", "reader", "readable", "writable", "[Symbol.asyncIterator]()"]) {
  const member = made.startsWith("[") ? made : `.${made}`;

  test(`closeWhenCollected() warns of a port that was forgotten together with its ${made}`, async () => {
    const { path, abandoned } = await run(`(await openSomewhere())${member};`, LONG);

    deepEqual(abandoned, [path]);
  });

  test(`closeWhenCollected() does not warn of a port whose ${made} is held`, async () => {
    const { abandoned } = await run(`globalThis.held = (await openSomewhere())${member};`, SHORT);

    deepEqual(abandoned, []);
  });
}
