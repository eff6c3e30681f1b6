// Subpath `@anyserial/hub/internal`: parts that only the command of this project uses. Not for others: it may
// change in any version.

/// <reference types="node" preserve="true" />

export { EXAMPLE_CONFIG } from "./config/example.ts";
