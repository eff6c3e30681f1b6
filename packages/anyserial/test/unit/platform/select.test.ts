import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { UnsupportedPlatformError } from "anyserial";
import { FEATURES } from "../../../dist/model/capabilities.js";
import { platformName, selectBackend } from "../../../dist/platform/select.js";
import { UnsupportedBackend } from "../../../dist/platform/unsupported.js";
import { runScript, type ScriptOptions } from "../../helpers/run-script.ts";

/** Opens a port in a process of its own, and prints what comes of it. */
async function outcome(prelude: string, options: ScriptOptions = {}): Promise<unknown> {
  const { stdout, stderr } = await runScript(
    `${prelude}
    const { openSerialPort, platformCapabilities } = await import("anyserial");
    const error = await openSerialPort("/nonexistent/tty").catch((e) => e);
    const { name, code, message } = error;
    const platform = await platformCapabilities().then((c) => c.backend, (e) => e.name);
    console.log(JSON.stringify({ name, code, message, platform }));`,
    options,
  );
  equal(stderr, "");
  return JSON.parse(stdout);
}

test("selectBackend() is the same backend every time", async () => {
  equal(await selectBackend(), await selectBackend());
  equal(platformName(), process.platform);
});

test("selectBackend() refuses on a platform without a backend, and does not fail to load", async () => {
  const prelude = 'Object.defineProperty(process, "platform", { value: "plan9" });';

  deepEqual(await outcome(prelude), {
    name: "UnsupportedPlatformError",
    code: "ERR_SERIAL_PLATFORM",
    message: "Cannot use serial ports: there is no backend for plan9 yet",
    platform: "unsupported",
  });
});

const noLibc = process.platform === "win32" ? "Windows has no libc to bind" : false;

/** The runtime's name of each BSD, loaded here: koffi first, since it looks for its binary by that name. */
for (const variant of ["freebsd", "openbsd", "netbsd", "dragonfly"]) {
  test(`selectBackend() takes the backend "bsd" on ${variant}`, { skip: noLibc }, async () => {
    const { stdout } = await runScript(`
      const { default: koffi } = await import("koffi");
      Object.defineProperty(process, "platform", { value: "${variant}" });
      Object.defineProperty(process, "arch", { value: "x64" });
      const { platformCapabilities } = await import("anyserial");
      const { platform, backend, customBaudRate } = await platformCapabilities();
      console.log(JSON.stringify({ platform, backend, customBaudRate }));`);

    deepEqual(JSON.parse(stdout), {
      platform: variant,
      backend: "bsd",
      customBaudRate: "supported",
    });
  });
}

test("selectBackend() refuses a CPU that the table of a BSD lacks", async () => {
  const prelude = `
    await import("koffi");
    Object.defineProperty(process, "platform", { value: "freebsd" });
    Object.defineProperty(process, "arch", { value: "riscv64" });`;

  deepEqual(await outcome(prelude), {
    name: "UnsupportedPlatformError",
    code: "ERR_SERIAL_PLATFORM",
    message: "Cannot use serial ports on freebsd for riscv64",
    platform: "unsupported",
  });
});

for (const variant of ["netbsd", "dragonfly"]) {
  test(`selectBackend() says on ${variant} that koffi has no binary, and how to build it (trap 23)`, async () => {
    const { stdout } = await runScript(`
      Object.defineProperty(process, "platform", { value: "${variant}" });
      Object.defineProperty(process, "arch", { value: "x64" });
      const { openSerialPort } = await import("anyserial");
      const { name, code, message, hint, cause } = await openSerialPort("/dev/dtyU0").catch((e) => e);
      console.log(JSON.stringify({ name, code, message, hint, hasCause: cause instanceof Error }));`);

    deepEqual(JSON.parse(stdout), {
      name: "UnsupportedPlatformError",
      code: "ERR_SERIAL_KOFFI",
      message: `Cannot use serial ports: the FFI driver koffi has no prebuilt binary for ${variant} x64 (Node.js ${process.versions.node})`,
      hint: "build it: install CMake, make and a C++ compiler, then run `node cnoke.cjs -P . -D src/koffi --release` in node_modules/koffi (see node_modules/anyserial/docs/troubleshooting.md#koffi)",
      hasCause: true,
    });
  });
}

const linuxOnly = process.platform === "linux" ? false : "only Linux reads it";

test("selectBackend() refuses a wrong ANYSERIAL_READINESS", { skip: linuxOnly }, async () => {
  deepEqual(await outcome("", { env: { ANYSERIAL_READINESS: "epoll" } }), {
    name: "ConfigurationError",
    code: "ERR_INVALID_ARG_VALUE",
    message: 'Invalid "ANYSERIAL_READINESS": got "epoll", expected libuv or reactor',
    platform: "ConfigurationError",
  });
});

for (const value of ["libuv", "reactor", ""]) {
  test(`selectBackend() accepts ANYSERIAL_READINESS="${value}"`, { skip: linuxOnly }, async () => {
    const { name, platform } = (await outcome("", { env: { ANYSERIAL_READINESS: value } })) as {
      name: string;
      platform: string;
    };

    deepEqual([name, platform], ["PortNotFoundError", "linux"]);
  });
}

test("selectBackend() loads nothing of Windows elsewhere, and nothing of POSIX there", async () => {
  const folders = async (prelude: string): Promise<unknown> => {
    const { stdout } = await runScript(`
      const { Session } = await import("node:inspector");
      await import("koffi");
      ${prelude}
      const { openSerialPort } = await import("anyserial");
      await openSerialPort("/nonexistent/tty").catch(() => undefined);
      const session = new Session();
      session.connect();
      const found = new Set();
      session.on("Debugger.scriptParsed", ({ params: { url } }) => {
        const folder = /\\/dist\\/(linux|darwin|posix|windows)\\//.exec(url)?.[1];
        if (folder !== undefined) found.add(folder);
      });
      session.post("Debugger.enable");
      console.log(JSON.stringify([...found].sort()));`);
    return JSON.parse(stdout);
  };
  const pretend = (platform: string): string =>
    `Object.defineProperty(process, "platform", { value: "${platform}" });
     Object.defineProperty(process, "arch", { value: "x64" });`;

  deepEqual(await folders(pretend("linux")), ["linux", "posix"]);
  deepEqual(await folders(pretend("win32")), ["windows"]);
});

test("UnsupportedBackend opens nothing and says why", async () => {
  const backend = new UnsupportedBackend("plan9", "there is no backend for plan9 yet");
  const refusal = (operation: string): object => ({
    name: "UnsupportedPlatformError",
    code: "ERR_SERIAL_PLATFORM",
    message: "Cannot use serial ports: there is no backend for plan9 yet",
    operation,
  });

  await rejects(backend.open(), refusal("open"));
  throws(() => backend.openBlocking(), refusal("open"));
  throws(() => backend.inspect(), refusal("inspect"));
  await rejects(backend.createPty(), refusal("create"));
  await rejects(backend.list(), refusal("list"));
  await rejects(backend.devices(), refusal("list"));
  throws(() => backend.watch(), refusal("watch"));
});

test("UnsupportedBackend has one error for everything where something can be mended", async () => {
  const error = new UnsupportedPlatformError("koffi did not load", { code: "ERR_SERIAL_KOFFI" });
  const backend = new UnsupportedBackend("linux", error);
  const isIt = (thrown: unknown): boolean => thrown === error;

  await rejects(backend.open(), isIt);
  throws(() => backend.openBlocking(), isIt);
  throws(() => backend.inspect(), isIt);
  await rejects(backend.createPty(), isIt);
  await rejects(backend.list(), isIt);
  throws(() => backend.watch(), isIt);
  throws(() => backend.platformCapabilities(), isIt);
});

test("UnsupportedBackend has every feature unsupported", () => {
  const { platform, backend, ...features } = new UnsupportedBackend(
    "plan9",
    "x",
  ).platformCapabilities();

  deepEqual([platform, backend], ["plan9", "unsupported"]);
  deepEqual(features, Object.fromEntries(FEATURES.map((name) => [name, "unsupported"])));
});

/** koffi looks at the platform too, and is loaded before it changes. */
function asMac(arch: string): string {
  return `await import("koffi");
    Object.defineProperty(process, "platform", { value: "darwin" });
    Object.defineProperty(process, "arch", { value: "${arch}" });`;
}

test("selectBackend() takes macOS's backend on darwin", { skip: linuxOnly }, async () => {
  const { name, code, platform } = (await outcome(asMac("arm64"))) as Record<string, string>;

  deepEqual([name, code, platform], ["PortNotFoundError", "ENOENT", "darwin"]);
});

test("selectBackend() refuses a CPU that no Mac has", { skip: linuxOnly }, async () => {
  const { name, message } = (await outcome(asMac("ppc"))) as Record<string, string>;

  equal(name, "UnsupportedPlatformError");
  equal(message, "Cannot use serial ports on macOS for ppc");
});
