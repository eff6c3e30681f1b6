import { equal } from "node:assert/strict";
import { test } from "node:test";
import { Repeats } from "../../../dist/engine/repeats.js";

const QUIET_MS = 120_000;

function errorOf(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, syscall: "ioctl" });
}

test("Repeats lets a failure through once, whatever pty its message names", () => {
  const repeats = new Repeats(() => 0);

  equal(repeats.isNews(errorOf("EINVAL", "/dev/pts/1")), true);
  equal(repeats.isNews(errorOf("EINVAL", "/dev/pts/2")), false);
  equal(repeats.isNews(errorOf("EIO", "/dev/pts/2")), true);
  equal(repeats.isNews(new Error("no code")), true);
  equal(repeats.isNews(new Error("no code")), false);
});

test("Repeats lets a failure through again that did not happen for two minutes", () => {
  let now = 0;
  const repeats = new Repeats(() => now);
  repeats.isNews(errorOf("EINVAL", ""));
  now += QUIET_MS - 1;
  equal(repeats.isNews(errorOf("EINVAL", "")), false);

  now += QUIET_MS;

  equal(repeats.isNews(errorOf("EINVAL", "")), true);
});

test("Repeats lets everything through after forget()", () => {
  const repeats = new Repeats(() => 0);
  repeats.isNews(errorOf("EINVAL", ""));

  repeats.forget();

  equal(repeats.isNews(errorOf("EINVAL", "")), true);
});

test("Repeats remembers the latest kinds of failures, not all", () => {
  const repeats = new Repeats(() => 0);
  for (let kind = 0; kind < 33; kind++) repeats.isNews(errorOf(`E${kind}`, ""));

  equal(repeats.isNews(errorOf("E32", "")), false);
  equal(repeats.isNews(errorOf("E0", "")), true);
});
