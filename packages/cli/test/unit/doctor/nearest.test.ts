import { equal } from "node:assert/strict";
import { test } from "node:test";
import { nearestPath } from "../../../dist/doctor/nearest.js";

const PATHS = ["/dev/ttyS0", "/dev/ttyUSB0"];

test("nearestPath() finds the path of a name without a folder", () => {
  equal(nearestPath("ttyUSB0", PATHS), "/dev/ttyUSB0");
  equal(nearestPath("ttyUSB1", PATHS), "/dev/ttyUSB0");
});

test("nearestPath() finds a path that is misspelt, and none that is far away", () => {
  equal(nearestPath("/dev/ttyUSB0\n", PATHS), "/dev/ttyUSB0");
  equal(nearestPath("/dev/null", PATHS), undefined);
  equal(nearestPath("modem", PATHS), undefined);
});
