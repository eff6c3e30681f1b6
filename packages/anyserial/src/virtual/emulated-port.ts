// The common interface of ptys and adapters. A type only.

import type { VirtualPort } from "./virtual-port.ts";

/**
 * The device side of an emulated port, whichever it is: a `VirtualPort`, which is a pty, or a `VirtualAdapter`. A pty has
 * no line, and answers the calls that need one with an `UnsupportedFeatureError`.
 */
export interface EmulatedPort extends Pick<VirtualPort, keyof VirtualPort> {}
