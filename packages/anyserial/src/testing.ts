// The public names of `anyserial/testing`: parts for tests without hardware.

/// <reference types="node" preserve="true" />

export type { MemoryLineError } from "./memory/byte-queue.ts";
export type { MemoryDriverOptions } from "./memory/driver.ts";
export { type FaultCounts, type FaultDecision, FaultPlan } from "./memory/fault-plan.ts";
export type {
  FaultBurst,
  FaultOperation,
  FaultPlanOptions,
  ShortTransfers,
} from "./memory/fault-plan-options.ts";
export type { MemoryHooks, MemoryPortOptions } from "./memory/memory-backend.ts";
export type { FakeFailure } from "./testing/failing-port.ts";
export {
  createFakeSerialService,
  type FakeSerialPort,
  type FakeSerialPortOptions,
  type FakeSerialService,
} from "./testing/fake-serial-service.ts";
export {
  type SerialPairEndOptions,
  type SerialPortPair,
  type SerialPortPairOptions,
  serialPortPair,
} from "./testing/port-pair.ts";
export { openPtyPair, type PtyPair } from "./testing/pty-pair.ts";
