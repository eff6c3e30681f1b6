// All checks, and what they say about a set of facts. Pure.

import { checkBusy } from "./checks/busy.ts";
import { checkCapabilities } from "./checks/capabilities.ts";
import { checkConcurrentReaders } from "./checks/concurrent-readers.ts";
import { checkCustomBaud } from "./checks/custom-baud.ts";
import { checkDisconnected } from "./checks/disconnected.ts";
import { checkDiscoveryEmpty } from "./checks/discovery-empty.ts";
import { checkKoffi } from "./checks/koffi.ts";
import { checkLatency } from "./checks/latency.ts";
import { checkLeftExclusive } from "./checks/left-exclusive.ts";
import { checkModemManager } from "./checks/modem-manager.ts";
import { checkNoData } from "./checks/no-data.ts";
import { checkNotFound } from "./checks/not-found.ts";
import { checkPermission } from "./checks/permission.ts";
import { checkRs485 } from "./checks/rs485.ts";
import { checkSendNeverWaits } from "./checks/send-never-waits.ts";
import { checkUnclosed } from "./checks/unclosed.ts";
import { checkWatchLimit } from "./checks/watch-limit.ts";
import {
  checkWindowsBaud,
  checkWindowsBusy,
  checkWindowsCom10,
  checkWindowsLatency,
} from "./checks/windows.ts";
import type { Facts } from "./facts.ts";
import { byWeight, type Check, type Finding } from "./finding.ts";

const CHECKS: readonly Check<Facts>[] = [
  checkNotFound,
  checkPermission,
  checkBusy,
  checkLeftExclusive,
  checkModemManager,
  checkDisconnected,
  checkCustomBaud,
  checkNoData,
  checkConcurrentReaders,
  checkSendNeverWaits,
  checkLatency,
  checkRs485,
  checkCapabilities,
  checkUnclosed,
  checkDiscoveryEmpty,
  checkWatchLimit,
  checkWindowsBusy,
  checkWindowsCom10,
  checkWindowsLatency,
  checkWindowsBaud,
];

/**
 * Runs every check.
 *
 * @param facts The gathered facts.
 * @returns Findings, the most likely cause first.
 */
export function diagnose(facts: Facts): Finding[] {
  const unusable = checkKoffi(facts);
  if (unusable.length > 0) return [...unusable]; // the other checks need facts that could not be gathered
  return CHECKS.flatMap((check) => check(facts)).sort(byWeight);
}
