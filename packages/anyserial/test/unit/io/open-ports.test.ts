import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { addOpenPort, removeOpenPort } from "../../../dist/io/open-ports.js";

test("addOpenPort() listens for the exit once, as long as a port is open", () => {
  const before = process.listenerCount("exit");
  const first = { restoreAtExit: () => undefined };
  const second = { restoreAtExit: () => undefined };

  addOpenPort(first);
  addOpenPort(second);
  equal(process.listenerCount("exit"), before + 1);
  removeOpenPort(first);
  equal(process.listenerCount("exit"), before + 1);
  removeOpenPort(second);

  equal(process.listenerCount("exit"), before);
});

test("addOpenPort() has each open port restored at the exit, and no closed one", () => {
  const restored: string[] = [];
  const ports = ["a", "b", "c"].map((name) => ({ restoreAtExit: () => restored.push(name) }));
  for (const port of ports) addOpenPort(port);
  const [, closed] = ports;
  if (closed !== undefined) removeOpenPort(closed);
  const listener = process.listeners("exit").at(-1) as (code: number) => void;

  listener(0);

  deepEqual(restored, ["a", "c"]);
  for (const port of ports) removeOpenPort(port);
});

test("addOpenPort() has the other ports restored at the exit when one cannot be", () => {
  const restored: string[] = [];
  const broken = {
    restoreAtExit: () => {
      throw new Error("gone");
    },
  };
  const whole = { restoreAtExit: () => restored.push("whole") };
  addOpenPort(broken);
  addOpenPort(whole);
  const listener = process.listeners("exit").at(-1) as (code: number) => void;

  throws(() => listener(0), { message: "gone" });

  deepEqual(restored, ["whole"]);
  removeOpenPort(broken);
  removeOpenPort(whole);
});
