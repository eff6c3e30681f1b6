// Every call of a port while any other call waits, in memory.

import { test } from "node:test";
import { serialPortPair } from "anyserial/testing";
import { overlapAll, PENDING } from "../helpers/overlaps.ts";

for (const pending of PENDING) {
  test(`every call during ${pending} settles, and leaves a port in memory of use`, (t) =>
    overlapAll(t, pending, (config) => serialPortPair({ a: { config }, b: {} })));
}
