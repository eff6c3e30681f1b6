// `--once`: both applications talk to the instrument, and every line that reaches the members is
// checked.

import { OPENING, SECOND_PORT, type Step } from "../demo/conversation.ts";
import { LinePort } from "./line-port.ts";
import type { DemoNetwork } from "./network.ts";

/** One exchange, as each member received it. */
export interface VerifiedStep {
  readonly path: string;
  readonly request: string;
  readonly reply: string;
  /** Differences from the expected lines; empty when there are none. */
  readonly wrong: readonly string[];
}

interface Ports {
  readonly applications: readonly [LinePort, LinePort];
  readonly tap: LinePort;
}

/**
 * Talks over the network.
 *
 * @param network Where the ports are.
 * @param signal Stops.
 * @returns One exchange after the other.
 * @throws A `TimeoutError` when a member receives nothing in time; `signal.reason`; errors of the
 *   ports.
 */
export async function* verifyNetwork(
  network: DemoNetwork,
  signal: AbortSignal,
): AsyncGenerator<VerifiedStep, undefined> {
  await using first = await LinePort.open(network.first, signal);
  await using second = await LinePort.open(network.second, signal);
  await using tap = await LinePort.open(network.tap, signal);
  const ports: Ports = { applications: [first, second], tap };
  await tap.send("OUTP ON", signal); // goes nowhere, or every check below fails
  for (const step of [...OPENING, ...SECOND_PORT]) {
    const path = step.port === 0 ? network.first : network.second;
    yield { path, ...(await exchange(step, ports, signal)) };
  }
}

async function exchange(
  step: Step,
  { applications, tap }: Ports,
  signal: AbortSignal,
): Promise<Omit<VerifiedStep, "path">> {
  const asking = applications[step.port];
  const other = applications[step.port === 0 ? 1 : 0];
  await asking.send(step.request, signal);
  const reply = await asking.receive(signal);
  const wrong = step.expected.test(reply) ? [] : [`the reply is not ${step.expected.source}`];
  for (const [name, port] of Object.entries({ "the other application": other, "the tap": tap })) {
    const heard = [await port.receive(signal), await port.receive(signal)];
    if (heard[0] !== step.request || heard[1] !== reply) {
      wrong.push(`${name} received ${JSON.stringify(heard)}`);
    }
  }
  return { request: step.request, reply, wrong };
}
