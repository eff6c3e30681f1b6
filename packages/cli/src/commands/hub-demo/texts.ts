// Text that the demo prints beside the table.

import { pageAddress } from "../hub/page-address.ts";
import type { DemoNetwork } from "./network.ts";

/**
 * Suggests commands to try.
 *
 * @param network Where the ports are.
 * @param http Address of the page, without the token.
 * @returns Lines.
 */
export function invitation(network: DemoNetwork, http: string | undefined): readonly string[] {
  const { file, second, tap, token } = network;
  return [
    ...(http === undefined ? [] : [`In a browser: ${pageAddress(http, token)}`]),
    "Two applications and a simulated instrument on a bus. app1 measures by itself; app2 is you.",
    "In a second terminal, each with Enter after MEAS?, SET 12.5, OUTP ON, *IDN? or HELP?:",
    `  npx anyserial monitor --echo --eol lf ${second}`,
    `  npx anyserial send ${second} 'SET 12.5' --eol lf --until '\\n'`,
    `  picocom --echo --omap crlf ${second}`,
    `  python3 -m serial.tools.miniterm --echo --eol LF ${second} 115200`,
    "Receive everything, and show the state once:",
    `  npx anyserial receive ${tap}`,
    `  npx anyserial hub status ${file}`,
    "Open the tap without reading, and send: its queue fills, the others continue:",
    `  sleep 60 < ${tap} &`,
    `  while sleep 0.1; do seq 20; done | npx anyserial monitor ${second} > /dev/null`,
    "Ctrl-C ends the demo and removes its files.",
  ];
}
