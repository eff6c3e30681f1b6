// The list of ports for a script: its lines, and its keys.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { PortInfo } from "anyserial";
import { PortMenu } from "../../../../dist/commands/run/port-menu.js";

const ROOM = { rows: 24, columns: 80 };

function port(path: string, more: Partial<PortInfo> = {}): PortInfo {
  return { path, ...more } as PortInfo; // as far as the menu reads it
}

function menuOf(count: number, isGranted = (_port: PortInfo): boolean => false): PortMenu {
  const menu = new PortMenu("flash.mjs", isGranted);
  menu.set(Array.from({ length: count }, (_, index) => port(`/dev/tty${index + 1}`)));
  return menu;
}

function chosen(path: string): unknown {
  return { kind: "chosen", port: { path } };
}

test("PortMenu shows the script, and each port with its description, ids and permission", () => {
  const menu = new PortMenu("flash.mjs", ({ path }) => path === "/dev/ttyB");
  menu.set([
    port("/dev/ttyA", { description: "CP2102 \x1b[2J", vid: 0x10c4, pid: 0xea60 }),
    port("/dev/ttyB"),
  ]);

  deepEqual(menu.lines(ROOM), [
    "flash.mjs asks for a serial port:",
    "> 1  /dev/ttyA  CP2102 \\x1b[2J  (10c4:ea60)",
    "  2  /dev/ttyB  granted before",
    "Arrow keys and Enter choose, or a number. Esc chooses none.",
  ]);
});

test("PortMenu cuts lines to the terminal, and shows the ports around the marked one", () => {
  const menu = menuOf(9);
  menu.push("\x1b[B\x1b[B\x1b[B");

  const lines = menu.lines({ rows: 5, columns: 12 });

  deepEqual(lines.slice(1, 3), ["  3  /dev/t", "> 4  /dev/t"]);
  ok(lines.every((line) => line.length < 12));
});

test("PortMenu moves by arrow keys of both kinds, around the ends", () => {
  const menu = menuOf(3);

  equal(menu.push("\x1b[A"), undefined);
  deepEqual(menu.push("\r"), chosen("/dev/tty3"));
  equal(menu.push("\x1bOB"), undefined);
  deepEqual(menu.push("\n"), chosen("/dev/tty1"));
});

test("PortMenu takes a number at once where no longer one is possible", () => {
  deepEqual(menuOf(9).push("7"), chosen("/dev/tty7"));
  deepEqual(menuOf(12).push("2"), chosen("/dev/tty2"));
});

test("PortMenu waits for a second digit or Enter where there are ten ports or more", () => {
  const menu = menuOf(12);

  equal(menu.push("1"), undefined);
  deepEqual(menu.push("2"), chosen("/dev/tty12"));
  equal(menu.push("1"), undefined);
  deepEqual(menu.push("\r"), chosen("/dev/tty1"));
});

test("PortMenu ignores numbers without a port, and other keys", () => {
  const menu = menuOf(3);

  equal(menu.push("0"), undefined);
  equal(menu.push("4"), undefined);
  equal(menu.push("x\x1b[5~\x1b[C"), undefined);
  deepEqual(menu.push("\r"), chosen("/dev/tty1"));
});

for (const key of ["\x1b", "q", "\x04"]) {
  test(`PortMenu chooses none at ${JSON.stringify(key)}`, () => {
    deepEqual(menuOf(3).push(key), { kind: "none" });
  });
}

test("PortMenu is interrupted by Ctrl-C", () => {
  deepEqual(menuOf(3).push("\x03"), { kind: "interrupt" });
});

test("PortMenu without ports chooses nothing by Enter", () => {
  const menu = menuOf(0);

  equal(menu.push("\r1\x1b[A"), undefined);
  equal(menu.lines(ROOM)[1], "  There is no such port yet. Plug one in.");
});

test("PortMenu keeps its mark at the same port when the list changes", () => {
  const menu = menuOf(3);
  menu.push("\x1b[B");

  menu.set([port("/dev/tty0"), port("/dev/tty1"), port("/dev/tty2")]);

  deepEqual(menu.push("\r"), chosen("/dev/tty2"));
});

test("PortMenu marks another port when the marked one goes", () => {
  const menu = menuOf(3);
  menu.push("\x1b[A");

  menu.set([port("/dev/tty1")]);

  deepEqual(menu.push("\r"), chosen("/dev/tty1"));
});
