// The subpath `@anyserial/hub/config`: configuration files.

/// <reference types="node" preserve="true" />

export type { CheckOptions } from "./config/check-text.ts";
export {
  type ConfigCheck,
  checkHubConfig,
  loadHubConfig,
} from "./config/load.ts";
export { type ConfigProblem, formatProblem, HubConfigError } from "./config/problem.ts";
export { validateHubConfig } from "./config/validate.ts";
