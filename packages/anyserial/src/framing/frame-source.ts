// Members that a port needs to be framed.

import type { WaitOptions } from "../abort/abort.ts";
import { invalid } from "../arguments/validate.ts";
import { SerialConcurrencyError } from "../errors/errors.ts";
import type { BufferedReader, ByteSource } from "../io/buffered-reader.ts";
import type { Framing } from "./framing.ts";
import type { LineSettings } from "./gap.ts";

/** A port, or anything that receives and sends like one. */
export interface FrameSource extends ByteSource {
  /**
   * Sends all of a view.
   *
   * @throws Whatever it fails with; it is passed on.
   */
  send(data: Uint8Array, options?: WaitOptions): Promise<void>;
  /** Settings of the line, for `idleGap({ characters })`. */
  readonly config?: LineSettings;
  /**
   * The same, where they are asked for.
   *
   * @throws Whatever it fails with; it is passed on.
   */
  settings?(): LineSettings;
  /** Its reader, whose bytes come first. */
  readonly reader?: Pick<BufferedReader, "takeBuffered">;
}

/** Checks the arguments of `framed()`. */
export function checkFramed(source: unknown, framing: unknown): void {
  const port = source as Partial<FrameSource> | null | undefined;
  if (typeof port?.receive !== "function" || typeof port.send !== "function") {
    throw invalid("source", source, "a port, or an object with receive(), send() and path");
  }
  checkFraming(framing);
}

export function checkFraming(framing: unknown): void {
  const { split, read, isLike } = (framing ?? {}) as Partial<Framing>; // perhaps of another copy
  if ([split, read, isLike].every((method) => typeof method === "function")) return;
  throw invalid("framing", framing, {
    expected: "a framing",
    hint: "pass the result of lines(), slip() or another function of anyserial/framing",
  });
}

/** Asks a source for the settings of its line. */
export function lineOf(
  source: Pick<FrameSource, "config" | "settings">,
): (() => LineSettings) | undefined {
  if (source.config !== undefined) return () => source.config as LineSettings; // as in force then
  if (typeof source.settings !== "function") return undefined;
  return () => source.settings?.() as LineSettings;
}

/** The reason of a refusal, and a hint. */
interface Use {
  readonly operation: string;
  readonly state: string;
  readonly hint: string;
}

/** The error for a port whose messages are read in another way. */
export function inUse(path: string, { operation, state, hint }: Use): SerialConcurrencyError {
  const message = `Cannot read messages of port "${path}": ${state}`;
  const code = "ERR_SERIAL_CONCURRENT";
  return new SerialConcurrencyError(message, { code, path, operation, hint });
}
