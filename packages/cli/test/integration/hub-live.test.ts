// The live table on a terminal, and a hostile application.

import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, constants, copyFileSync, openSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { openSerialPort } from "anyserial";
import { controlsIn, HubHome } from "../helpers/hub-process.ts";
import { Terminal } from "../helpers/terminal.ts";

const ESCAPE = "\u001b";
/** Sequences that the table itself writes beside text. */
const ENTER = ["[?1049h", "[?25l", "[?7l"].map((code) => ESCAPE + code);
const LEAVE = ["[?7h", "[?25h", "[?1049l"].map((code) => ESCAPE + code);
const OWN = [...ENTER, ...LEAVE, ...["[H", "[K", "[J"].map((code) => ESCAPE + code), "\r", "\n"];

test("hub shows a live table and gives the terminal back", async (t) => {
  const home = new HubHome(t);
  const terminal = await Terminal.create(t);
  const before = terminal.settings;
  const hub = home.run([home.file], { stdio: [terminal.fd, terminal.fd, terminal.fd] });

  await terminal.screen.until(/MEMBER .*meter .*logger /s);
  await using meter = await openSerialPort(home.path("meter"));
  await using _logger = await openSerialPort(home.path("logger"));
  await terminal.screen.until(/plant\/logger: opened/);
  await meter.send(Buffer.from("hello\n"));
  await terminal.screen.until(/meter .* 6 B .*logger /s);
  hub.process.kill("SIGINT");

  deepEqual(await hub.ended(), { code: 0, signal: null });
  ok(terminal.screen.text.startsWith(ENTER.join("")));
  await terminal.screen.until(/\[\?7h.\[\?25h.\[\?1049l$/);
  equal(terminal.settings, before);
});

test("hub lets no application write to the operator's terminal", async (t) => {
  const home = new HubHome(t);
  const terminal = await Terminal.create(t);
  const hub = home.run([home.file], { stdio: [terminal.fd, terminal.fd, terminal.fd] });
  await terminal.screen.until(/MEMBER/);
  const name = "\x1b[2J\x07e\x9bvil";
  copyFileSync("/bin/sh", home.path(name));
  const fd = openSync(home.path("meter"), constants.O_RDWR | constants.O_NOCTTY);
  const script = "printf '\\033]0;owned\\007\\n' >&3; read end";
  const hostile = spawn(home.path(name), ["-c", script], {
    stdio: ["pipe", "ignore", "ignore", fd],
  });
  t.after(() => hostile.kill("SIGKILL"));
  closeSync(fd);

  await terminal.screen.until(new RegExp(`vil +${hostile.pid} .* 11 B `));
  hub.process.kill("SIGTERM");
  equal((await hub.ended()).code, 0);

  const shown = Buffer.from(terminal.screen.text, "latin1").toString("utf8");
  match(shown, /vil/);
  deepEqual(controlsIn(OWN.reduce((text, own) => text.replaceAll(own, ""), shown)), []);
  doesNotMatch(shown, /owned/);
});

test("hub stops at a signal while its terminal is not being read", async (t) => {
  const home = new HubHome(t);
  const terminal = await Terminal.create(t);
  const hub = home.run([home.file], { stdio: [terminal.fd, terminal.fd, terminal.fd] });
  await terminal.screen.until(/MEMBER/);
  await terminal.freeze();

  hub.process.kill("SIGTERM");

  deepEqual(await hub.ended(), { code: 0, signal: null });
});

test("hub prints lines on a terminal when asked", async (t) => {
  const home = new HubHome(t);
  const terminal = await Terminal.create(t);
  const hub = home.run([home.file, "--log"], { stdio: [terminal.fd, terminal.fd, terminal.fd] });
  await terminal.screen.until(/hub \d+ runs/);
  hub.process.kill("SIGTERM");
  await hub.ended();

  ok(!terminal.screen.text.includes(ESCAPE));
});

test("hub ends well when its terminal goes away", async (t) => {
  const home = new HubHome(t);
  const terminal = await Terminal.create(t);
  const hub = home.run([home.file], { stdio: [terminal.fd, terminal.fd, terminal.fd] });
  await terminal.screen.until(/MEMBER/);

  await terminal.close();

  equal((await hub.ended()).code, 0);
  deepEqual(readdirSync(home.folder).sort(), ["anyserial", "plant.yaml"]);
});

test("hub gives the terminal back while it is suspended", async (t) => {
  const home = new HubHome(t);
  const terminal = await Terminal.create(t);
  const hub = home.run([home.file], { stdio: [terminal.fd, terminal.fd, terminal.fd] });
  await terminal.screen.until(/MEMBER/);
  const isStopped = (): boolean =>
    / T /.test(readFileSync(`/proc/${hub.process.pid}/stat`, "utf8"));

  hub.process.kill("SIGTSTP");
  await terminal.screen.until(/\[\?1049l$/);
  while (!isStopped()) await nextTask();
  hub.process.kill("SIGCONT");
  await terminal.screen.until(/\[\?1049h.*MEMBER/s);

  hub.process.kill("SIGTERM");
  equal((await hub.ended()).code, 0);
});
