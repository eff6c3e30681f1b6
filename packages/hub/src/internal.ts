// Subpath `@anyserial/hub/internal`: parts that only the command of this project uses. Not for others: it may
// change in any version.

/// <reference types="node" preserve="true" />

export { ADAPTER_EXAMPLE_CONFIG } from "./config/adapter-example.ts";
export { EXAMPLE_CONFIG } from "./config/example.ts";
