// The subpath `@anyserial/hub/service`: a hub as a service. What `anyserial hub FILE` runs.

export { HubService, type HubServiceOptions, startHubService } from "./service/hub-service.ts";
export { type CaptureStatus, type Health, type HubStatus, healthOf } from "./status.ts";
export { SystemdNotifier, type SystemdOptions, takeSystemdEnv } from "./systemd.ts";
