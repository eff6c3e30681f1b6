// The public names of `anyserial/testing/conformance`: the contract that a backend implements, and the tests of it.

/// <reference types="node" preserve="true" />

export type {
  Backend,
  BackendPort,
  BlockingPort,
  OpenRequest,
} from "./backend/backend.ts";
export {
  type Channel,
  createIoCounters,
  type IoCounters,
  type OpenPort,
  READ,
  WRITE,
} from "./backend/channel.ts";
export type { OnRefusal, Outcome, Refusal } from "./config/refusals.ts";
export { createCapabilities } from "./model/capabilities.ts";
export {
  type BackendSuiteOptions,
  backendSuite,
  type SuiteTest,
} from "./testing/suite/backend-suite.ts";
export type { SuiteHooks, SuitePair, SuiteTrait } from "./testing/suite/pair.ts";
