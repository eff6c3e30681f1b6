// What the demo prints beside the table.

import type { DemoNetwork } from "./network.ts";

/**
 * Words what to try.
 *
 * @param network Where the ports are.
 * @returns Lines.
 */
export function invitation({ file, second, tap }: DemoNetwork): readonly string[] {
  return [
    "Two applications and a simulated instrument on a bus. app1 measures by itself; app2 is you.",
    "In a second terminal, each with Enter after MEAS?, SET 12.5, OUTP ON, *IDN? or HELP?:",
    `  npx anyserial monitor --echo --eol lf ${second}`,
    `  npx anyserial send ${second} 'SET 12.5' --eol lf --until '\\n'`,
    `  picocom --echo --omap crlf ${second}`,
    `  python3 -m serial.tools.miniterm --echo --eol LF ${second} 115200`,
    "Listen to everything, or stop reading and watch its queue fill while the others go on:",
    `  npx anyserial receive ${tap}`,
    `  sleep 1000 < ${tap}`,
    `  npx anyserial hub status ${file}`,
    "Ctrl-C ends the demo and removes what it made.",
  ];
}
