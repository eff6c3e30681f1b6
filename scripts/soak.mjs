// Runs the soak of the hub: `npm run soak -- --minutes N [--seed S]`. Builds first what is stale.
import { setUp } from "./setup.mjs";

setUp();
await import("../packages/hub/.test/soak/soak.js");
