// The subpath `@anyserial/hub/capture`: recording the traffic of a hub to pcapng, reading and replaying it.

/// <reference types="node" preserve="true" />

export type { Inject, RecorderOptions, ReplayClock, ReplayOptions } from "./capture/options.ts";
export { type CaptureRecord, readCapture } from "./capture/reader.ts";
export { Recorder } from "./capture/recorder.ts";
export { type ReplayReport, replay } from "./capture/replay.ts";
export type { RtacEvent } from "./capture/rtac-serial.ts";
