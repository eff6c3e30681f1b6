// Who chooses when a script asks for a port: --grant, else the terminal, else nobody can.

import type { PortInfo } from "anyserial";
import type { Choosing, PortChooser } from "anyserial/web-serial";
import { usbId } from "../list/format.ts";

/** How a port is chosen. */
export interface ChoosePortOptions {
  /** The script as it was named. */
  readonly script: string;
  isGranted(port: PortInfo): boolean;
  /** Asks at the terminal; nothing where there is none. */
  readonly ask: PortChooser | undefined;
}

/** Makes the chooser; a request waits until the one before it is answered. */
export function choosePort({ script, isGranted, ask }: ChoosePortOptions): PortChooser {
  let before: Promise<unknown> = Promise.resolve();
  const choose = async (
    ports: readonly PortInfo[],
    choosing: Choosing,
  ): Promise<PortInfo | undefined> => {
    const [granted, ...more] = ports.filter(isGranted);
    if (granted !== undefined && more.length === 0) return granted;
    if (ask !== undefined) return ask(ports, choosing);
    throw new DOMException(refusal(script, ports), "NotFoundError");
  };
  return (ports, choosing) => {
    const chosen = before.then(() => choose(ports, choosing));
    before = chosen.catch(() => undefined);
    return chosen;
  };
}

function refusal(script: string, ports: readonly PortInfo[]): string {
  const start = "No port was chosen: there is no terminal to ask at";
  const [first] = ports;
  if (first === undefined) {
    return `${start}, and no port matches the filters of the script; --grant PATH=303a:1001 gives a port USB ids`;
  }
  const example = `anyserial run --grant ${usbId(first) || first.path} ${script}`;
  return `${start}; name one by --grant, as in "${example}". Offered are: ${ports.map(nameOf).join(", ")}`;
}

function nameOf(port: PortInfo): string {
  const id = usbId(port);
  return id === "" ? port.path : `${port.path} (${id})`;
}
