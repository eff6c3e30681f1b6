// Keys typed at the monitor.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { Keyboard } from "../../../../dist/commands/monitor/keyboard.js";

const send = (text: string): unknown => ({
  kind: "send",
  bytes: Uint8Array.from(Buffer.from(text, "latin1")),
});
const command = (name: string): unknown => ({ kind: "command", command: name });

test("Keyboard sends everything to the device, Ctrl-C and escape sequences included", () => {
  const keyboard = new Keyboard("cr");

  deepEqual(keyboard.push(Buffer.from("a\x03\x04\x1b[A\xff", "latin1"), "device"), [
    send("a\x03\x04\x1b[A\xff"),
  ]);
});

test("Keyboard sends the end of line that was asked for, and Ctrl-J as it is", () => {
  const typed = Buffer.from("a\rb\n");

  deepEqual(new Keyboard("cr").push(typed, "device"), [send("a\rb\n")]);
  deepEqual(new Keyboard("crlf").push(typed, "device"), [send("a\r\nb\n")]);
  deepEqual(new Keyboard("none").push(typed, "device"), [send("ab\n")]);
});

test("Keyboard gives the key after Ctrl-T to the menu, also when it comes in another chunk", () => {
  const keyboard = new Keyboard("cr");

  deepEqual(keyboard.push(Buffer.from("x\x14"), "device"), [send("x")]);
  deepEqual(keyboard.push(Buffer.from("dy"), "device"), [command("toggleDtr"), send("y")]);
});

test("Keyboard takes a menu key in upper case and with Ctrl", () => {
  const keyboard = new Keyboard("cr");

  deepEqual(keyboard.push(Buffer.from("\x14Q"), "device"), [command("quit")]);
  deepEqual(keyboard.push(Buffer.from("\x14\x11"), "device"), [command("quit")]);
});

test("Keyboard sends the menu key and the quit key after the menu key", () => {
  const keyboard = new Keyboard("cr");

  deepEqual(keyboard.push(Buffer.from("\x14\x14\x14\x1d"), "device"), [
    command("sendMenuKey"),
    command("sendQuitKey"),
  ]);
});

test("Keyboard quits at Ctrl-] alone", () => {
  deepEqual(new Keyboard("cr").push(Buffer.from("\x1d"), "device"), [command("quit")]);
});

test("Keyboard keeps an arrow key after the menu key from the device", () => {
  deepEqual(new Keyboard("cr").push(Buffer.from("\x14\x1b[A"), "device"), [{ kind: "unknown" }]);
});

test("Keyboard keeps typed text from the device during a transfer, except the keys that end it", () => {
  const keyboard = new Keyboard("cr");

  deepEqual(keyboard.push(Buffer.from("abc\r"), "busy"), []);
  deepEqual(keyboard.push(Buffer.from("\x03"), "busy"), [{ kind: "cancel" }]);
  deepEqual(keyboard.push(Buffer.from("\x1d"), "busy"), [command("quit")]);
});
