// The prompt for a file name.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { LineEditor } from "../../../../dist/commands/monitor/line-editor.js";

const type = (editor: LineEditor, text: string): unknown => editor.push(Buffer.from(text));

test("LineEditor collects a line over chunks, in UTF-8", () => {
  const editor = new LineEditor();

  deepEqual(type(editor, "/tmp/grö"), { kind: "editing", text: "/tmp/grö" });
  deepEqual(type(editor, "ße.hex\r"), { kind: "accepted", text: "/tmp/größe.hex" });
});

test("LineEditor erases one character, however long, and the whole line", () => {
  const editor = new LineEditor();

  deepEqual(type(editor, "aß\x7f"), { kind: "editing", text: "a" });
  deepEqual(type(editor, "🙂\b"), { kind: "editing", text: "a" });
  deepEqual(type(editor, "bc\x15d"), { kind: "editing", text: "d" });
});

test("LineEditor is canceled by Escape and Ctrl-C, not by an arrow key", () => {
  deepEqual(type(new LineEditor(), "a\x03"), { kind: "canceled" });
  deepEqual(type(new LineEditor(), "\x1b"), { kind: "canceled" });
  deepEqual(type(new LineEditor(), "\x1b[A"), { kind: "editing", text: "" });
});
