// The subpath `@anyserial/hub/service`: a hub as a service, as `anyserial hub FILE` runs it.

/// <reference types="node" preserve="true" />

export { claimDeviceError } from "./members/device-scope.ts";
export {
  type CaptureStatus,
  type Health,
  type HubStatus,
  healthOf,
  type LogStatus,
} from "./model/status.ts";
export type { HubServiceOptions } from "./service/check-options.ts";
export { HubService, startHubService } from "./service/hub-service.ts";
