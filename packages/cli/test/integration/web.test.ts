// `anyserial web`: its hub, its page's address, and the browser that it opens.

import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { HubStatus } from "@anyserial/hub/service";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { openSerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { startCommand } from "../helpers/in-process.ts";
import { type Program, startCli } from "../helpers/program.ts";

interface Web {
  readonly program: Program;
  /** Where the page is, and the token. */
  readonly http: string;
  readonly token: string;
  /** Temporary files of the command. */
  readonly temporary: string;
}

async function startWeb(
  t: TestContext,
  args: readonly string[],
  { folder = temporaryFolder(t), path = "" } = {},
): Promise<Web> {
  const temporary = join(folder, "tmp $(touch x) 'y'");
  mkdirSync(temporary);
  const env = {
    ...process.env,
    TMPDIR: temporary,
    XDG_RUNTIME_DIR: folder,
    PATH: `${path}:${process.env["PATH"]}`,
  };
  const program = startCli(["web", ...args], { cwd: folder, env });
  t.after(() => program[Symbol.asyncDispose]());
  const found = await program.stdout.until(/In a browser: (http:\S+)\/#token=(\S+)\n/);
  const [, http = "", token = ""] = found;
  return { program, http, token, temporary };
}

function send(web: Web, body: object, token = web.token): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return fetch(`${web.http}/send`, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Networks, and their members. */
async function networksOf({ http }: Web): Promise<readonly unknown[]> {
  const { networks } = (await (await fetch(`${http}/status`)).json()) as HubStatus;
  return networks.map(({ name, members }) => [name, members.map((one) => one.name)]);
}

test("web connects the page with a real port, both ways", async (t) => {
  const folder = temporaryFolder(t);
  const device = await createVirtualPort({ link: join(folder, "ttyREAL") });
  t.after(() => device.close());
  const web = await startWeb(t, ["./ttyREAL", "--baud", "9600"], { folder });
  await web.program.stdout.until(/ttyREAL\/ttyREAL: opened/);

  const base64 = Buffer.from("to the device\n").toString("base64");
  const answer = await send(web, { network: "ttyREAL", member: "page", base64 });
  const received = await device.receive();

  equal(answer.status, 204);
  equal(Buffer.from(received).toString(), "to the device\n");
  equal(device.settings().baudRate, 9600);
});

test("web refuses to send without its token", async (t) => {
  const web = await startWeb(t, ["--emulate", "./app"]);

  const body = { network: "app", member: "page", base64: "YQ==" };
  equal((await send(web, body, "wrong")).status, 401);
});

test("web keeps ports apart, and connects them with --bus", async (t) => {
  const apart = await startWeb(t, ["--emulate", "./a", "--emulate", "./b"]);
  const alone = await networksOf(apart);
  const joined = await startWeb(t, ["--emulate", "./a", "--emulate", "./b", "--bus"]);
  const bus = await networksOf(joined);

  deepEqual(alone, [
    ["a", ["page", "a"]],
    ["b", ["page", "b"]],
  ]);
  deepEqual(bus, [["bus", ["page", "a", "b"]]]);
});

test("web writes recordings of the page to the current folder, and removes its own files", async (t) => {
  const folder = temporaryFolder(t);
  const web = await startWeb(t, ["--emulate", "./app"], { folder });
  await using port = await openSerialPort(join(folder, "app"));
  const record = (on: boolean): Promise<Response> =>
    fetch(`${web.http}/record`, {
      method: "POST",
      headers: { authorization: `Bearer ${web.token}`, "content-type": "application/json" },
      body: JSON.stringify({ on }),
    });

  equal((await record(true)).status, 204);
  await port.send(Buffer.from("recorded\n"));
  equal((await record(false)).status, 204);
  web.program.process.kill("SIGINT");

  deepEqual(await web.program.ended(), { code: 0, signal: null });
  const files = readdirSync(folder).filter((name) => name.endsWith(".pcapng"));
  match(files.join(), /^anyserial-\d{8}-\d{6}\.pcapng$/);
  deepEqual(readdirSync(web.temporary), []);
  equal(existsSync(join(folder, "app")), false);
});

test("web --open starts the browser with a private file, not with the token", async (t) => {
  const path = temporaryFolder(t);
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" > "${path}/arguments"; cp -p "$1" "${path}/copy"; mv "${path}/arguments" "${path}/done"\n`;
  writeFileSync(join(path, "xdg-open"), script);
  chmodSync(join(path, "xdg-open"), 0o755);
  const folder = temporaryFolder(t);
  const marker = join(path, "done");
  const web = await startWeb(t, ["--emulate", "./app", "--open"], { folder, path });

  while (!existsSync(marker)) await fetch(`${web.http}/healthz`);
  const given = readFileSync(marker, "utf8");
  const page = readFileSync(join(path, "copy"), "utf8");

  doesNotMatch(given, new RegExp(web.token));
  match(given, /^\/.*tmp \$\(touch x\) 'y'\/anyserial-web-\w+\/open\.html\n$/);
  match(page, new RegExp(`content="0; url=${web.http}/#token=${web.token}"`));
  equal(existsSync(join(folder, "x")), false);
});

test("web --open without a browser goes on, and says so", async (t) => {
  const folder = temporaryFolder(t);
  const env = { ...process.env, XDG_RUNTIME_DIR: folder, PATH: folder };
  const program = startCli(["web", "--emulate", "./app", "--open"], { cwd: folder, env });
  t.after(() => program[Symbol.asyncDispose]());

  await program.stdout.until(/cannot start xdg-open: .*ENOENT: open the address yourself/);
  program.process.kill("SIGINT");

  deepEqual(await program.ended(), { code: 0, signal: null });
});

for (const [args, message] of [
  [["web"], /web: needs a PORT or --emulate LINK/],
  [
    ["web", "--emulate", "./a", "--listen", "0.0.0.0:7070"],
    /is no address of this machine|reachable/,
  ],
  [["web", "--emulate"], /option "--emulate" needs a value/],
  [["web", "--emulate", "./a", "--framing", "slip"], /give one of raw, line/],
] as const) {
  test(`${args.join(" ")} ends with 2`, async () => {
    const { ended, stderr } = startCommand(args, { input: "" });

    equal(await ended, 2);
    match(stderr.text, message);
  });
}
