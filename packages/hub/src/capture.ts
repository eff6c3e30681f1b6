// The subpath `@anyserial/hub/capture`: recording the traffic of a hub to pcapng, reading and replaying it.

export { type CaptureRecord, readCapture } from "./capture/reader.ts";
export { Recorder, type RecorderOptions } from "./capture/recorder.ts";
export {
  type Inject,
  type ReplayClock,
  type ReplayOptions,
  type ReplayReport,
  replay,
} from "./capture/replay.ts";
export type { RtacEvent } from "./capture/rtac-serial.ts";
