// Two ports with a cable between them, or one with its pins joined. Bytes that a test left on the
// line are removed before the next one.

import { openSerialPort, type SerialConfigInput, type SerialPort } from "anyserial";
import type { SuitePair } from "anyserial/testing/conformance";
import { sweep } from "./sweep.ts";

/** Paths of the two ends; the same one twice for a port whose pins are joined. */
export interface EndPaths {
  readonly a: string;
  readonly b: string;
}

/** Settings of the two ends; a port that is both takes those of both. */
export interface EndConfigs {
  readonly a: SerialConfigInput;
  readonly b: SerialConfigInput;
}

/** Two ends of a line. */
export class JoinedPorts {
  readonly #paths: EndPaths;
  #isClean = false;

  constructor(paths: EndPaths) {
    this.#paths = paths;
  }

  /**
   * Opens both ends.
   *
   * @param config Settings of each.
   */
  async open(config: EndConfigs): Promise<SuitePair> {
    if (!this.#isClean) await this.clean();
    this.#isClean = false;
    const { a, b } = await openEnds(this.#paths, config);
    return {
      a,
      b,
      close: async () => {
        const [fromA, fromB] = [a.stats(), b.stats()];
        this.#isClean = fromA.bytesOut === fromB.bytesIn && fromB.bytesOut === fromA.bytesIn;
      },
    };
  }

  /** Removes the bytes on the line. */
  async clean(): Promise<void> {
    await sweep(this.#paths.a, this.#paths.b);
  }
}

/**
 * Opens both ends of a line.
 *
 * @param paths Where.
 * @param config Settings of each.
 */
export async function openEnds(
  paths: EndPaths,
  config: EndConfigs,
): Promise<{ readonly a: SerialPort; readonly b: SerialPort }> {
  const isLoop = paths.a === paths.b;
  const a = await openSerialPort(paths.a, isLoop ? { ...config.b, ...config.a } : config.a);
  if (isLoop) return { a, b: a };
  try {
    return { a, b: await openSerialPort(paths.b, config.b) };
  } catch (error) {
    await a.close();
    throw error;
  }
}
