// Objects made for a message are garbage a moment later. V8 answers many messages with a young
// generation of 32 to 64 MB, which is traversed once in a while and then kept: most of a hub's
// memory.

import { setFlagsFromString } from "node:v8";

/** Keeps the young generation of this process at the one or two megabytes that it begins with. */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
