// The subpath `@anyserial/hub/control`: talking to a running hub over its control socket.

/// <reference types="node" preserve="true" />

export { ControlClient, callControl } from "./control/client.ts";
export type { ControlMethod, ControlMethods } from "./control/protocol.ts";
export { controlPathOf, listControlPaths, runtimeFolder } from "./control/runtime-folder.ts";
