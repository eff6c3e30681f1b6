// The public names of `anyserial/testing`: what tests without hardware are made of.

export type { MemoryHooks, MemoryPortOptions } from "./backend/memory.ts";
export type { MemoryDriverOptions } from "./backend/memory-driver.ts";
export type { MemoryLineError } from "./backend/memory-queue.ts";
export {
  type FaultBurst,
  type FaultCounts,
  type FaultDecision,
  type FaultOperation,
  FaultPlan,
  type FaultPlanOptions,
  type ShortTransfers,
} from "./fault-plan.ts";
export { type BackendSuiteOptions, backendSuite, type SuiteTest } from "./testing/backend-suite.ts";
export {
  type SerialPairEndOptions,
  type SerialPortPair,
  type SerialPortPairOptions,
  serialPortPair,
} from "./testing/port-pair.ts";
export { openPtyPair, type PtyPair } from "./testing/pty-pair.ts";
export type { SuiteHooks, SuitePair, SuiteTrait } from "./testing/suite-pair.ts";
