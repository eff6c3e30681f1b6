// Values as people write them.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatHostPort,
  isLoopback,
  readDuration,
  readHostPort,
  readMode,
  readSize,
} from "../../../dist/config/values.js";

test("readSize() reads bytes, decimal and binary units", () => {
  assert.equal(readSize(4096), 4096);
  assert.equal(readSize("4096"), 4096);
  assert.equal(readSize("128KiB"), 131_072);
  assert.equal(readSize("1.5 MB"), 1_500_000);
  assert.equal(readSize("1GiB"), 1_073_741_824);
});

test("readSize() refuses fractions of bytes and unknown units", () => {
  for (const value of ["1.5", "1KIB", "1 kb", "-1", "", "1e3", null, true, {}]) {
    assert.equal(readSize(value), undefined, String(value));
  }
});

test("readDuration() reads a number as milliseconds, and text with a unit only", () => {
  assert.equal(readDuration(20), 20);
  assert.equal(readDuration("20"), undefined);
  assert.equal(readDuration("1.5s"), 1500);
  assert.equal(readDuration("2m"), 120_000);
  assert.equal(readDuration("1 fortnight"), undefined);
});

test("readMode() reads octal text and numbers", () => {
  assert.equal(readMode("0660"), 0o660);
  assert.equal(readMode("600"), 0o600);
  assert.equal(readMode(0o660), 0o660);
  assert.equal(readMode("0o660"), 0o660);
  assert.equal(readMode("0888"), undefined);
  assert.equal(readMode(0o1000), undefined);
});

test("readHostPort() reads names, IPv4 and bracketed IPv6", () => {
  assert.deepEqual(readHostPort("127.0.0.1:7070"), { host: "127.0.0.1", port: 7070 });
  assert.deepEqual(readHostPort("[::1]:0"), { host: "::1", port: 0 });
  assert.deepEqual(readHostPort("example.org:1"), { host: "example.org", port: 1 });
  assert.deepEqual(readHostPort("[fe80::1%eth0]:1"), { host: "fe80::1%eth0", port: 1 });
  assert.deepEqual(readHostPort("bücher.example:1"), { host: "bücher.example", port: 1 });
  for (const value of [
    "::1:7070",
    "[::1::]:1",
    "[1.2.3.4]:1",
    "a",
    ":1",
    "a:65536",
    "a b:1",
    "a:1\n",
    7070,
  ]) {
    assert.equal(readHostPort(value), undefined, String(value));
  }
});

test("formatHostPort() writes the input of readHostPort(), and IPv4 behind IPv6 as IPv4", () => {
  assert.equal(formatHostPort({ host: "127.0.0.1", port: 1 }), "127.0.0.1:1");
  assert.equal(formatHostPort({ host: "fe80::1%eth0", port: 1 }), "[fe80::1%eth0]:1");
  assert.equal(formatHostPort({ host: "::ffff:192.0.2.1", port: 1 }), "192.0.2.1:1");
});

test("isLoopback() knows what only this machine reaches", () => {
  for (const host of ["127.0.0.1", "127.8.9.10", "::1", "localhost", "LOCALHOST"]) {
    assert.equal(isLoopback(host), true, host);
  }
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "127.example.org", "localhost.example.org"]) {
    assert.equal(isLoopback(host), false, host);
  }
});
