// Checks of the options of a recorder and of a replay. Pure.

import { checkOptions, invalid, type OptionSpec } from "anyserial/arguments";
import { checkFile, checkFunction } from "../arguments/checks.ts";
import type { CaptureConfig } from "../model/types.ts";
import type { RecorderOptions, ReplayOptions } from "./options.ts";
import type { CaptureRecord } from "./reader.ts";

const REPLAY: OptionSpec = {
  known: ["inject", "speed", "network", "members", "signal", "clock"],
  elsewhere: {
    abortsignal: "write signal",
    factor: "write speed",
    member: "write members: [name]",
  },
  bare: { function: "inject" },
};

/** Checks what a replay is given. */
export function checkReplay(records: AsyncIterable<CaptureRecord>, options: ReplayOptions): void {
  if (typeof records?.[Symbol.asyncIterator] !== "function") {
    throw invalid("records", records, {
      expected: "the packets of a capture",
      hint: "write replay(readCapture(file), options)",
    });
  }
  checkOptions(options, REPLAY);
  const { inject, speed = 1, members = [] } = options;
  checkFunction("inject", inject);
  if (!(typeof speed === "number" && speed > 0)) throw invalid("speed", speed, "a number above 0");
  if (!Array.isArray(members)) throw invalid("members", members, "a list of names");
}

/** Checks what a recorder is given. */
export function checkRecorder(config: CaptureConfig, options: RecorderOptions): void {
  checkOptions(config, {
    parameter: "config",
    known: ["file", "maxSize", "keep"],
    bare: { string: "file" },
  });
  checkFile(config.file, "plant.pcapng");
  checkOptions(options, { known: ["onError", "onMoved"], bare: { function: "onError" } });
  const { onError, onMoved } = options;
  checkFunction("onError", onError);
  if (onMoved !== undefined) checkFunction("onMoved", onMoved);
}
