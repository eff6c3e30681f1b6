// `npm run test:hardware`, over a 16550 whose line comes back to it.

import { askHost } from "../helpers/host.ts";

await askHost("mode", { channel: "uart", mode: "echo" });
process.env["ANYSERIAL_TEST_PORT"] = "/dev/ttyS0";
await import("../adapter/settings.test.ts");
