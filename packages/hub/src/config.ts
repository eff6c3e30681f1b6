// The subpath `@anyserial/hub/config`: configuration files.

export { EXAMPLE_CONFIG } from "./config/example.ts";
export {
  type CheckOptions,
  type ConfigCheck,
  checkHubConfig,
  loadHubConfig,
  validateHubConfig,
} from "./config/load.ts";
export { type ConfigProblem, formatProblem, HubConfigError } from "./config/problem.ts";
