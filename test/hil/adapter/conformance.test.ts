// The conformance suite over the adapter that ANYSERIAL_TEST_PORT names.

import { test } from "node:test";
import { backendSuite } from "anyserial/testing/conformance";
import { findAdapter, missingOf } from "../helpers/adapter.ts";

const adapter = await findAdapter();

backendSuite({
  test,
  name: adapter.isLoop ? "adapter in a loop" : "adapter to adapter",
  makePair: (config) => adapter.ends.open(config),
  // Some seconds at the rate of the suite. No sender is held back, so this is less than the kernel
  // keeps unread.
  moreThanFits: 32 * 1024,
  missing: missingOf(adapter),
  skip: adapter.unusable,
});
