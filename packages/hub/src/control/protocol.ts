// Messages of the control socket: one JSON object a line, a request with an `id`, then its answer
// with the same `id`. Only the user who started the hub can connect.

import type { HubStatus } from "../model/status.ts";
import type { ReloadReport } from "../model/types.ts";
import { type ErrorReport, reportError } from "./error-report.ts";

/** Requests, with their parameters and answers. */
export interface ControlMethods {
  /** The state. */
  readonly status: { readonly params: undefined; readonly result: HubStatus };
  /** Reads the configuration file again. */
  readonly reload: { readonly params: undefined; readonly result: ReloadReport };
  /** Stops the hub; the connection ends when it has stopped. */
  readonly stop: { readonly params: undefined; readonly result: { readonly pid: number } };
  /** Sends as if a member had sent. */
  readonly inject: { readonly params: InjectParams; readonly result: null };
}

/** Parameters of `inject`. */
export interface InjectParams {
  readonly network: string;
  readonly member: string;
  readonly base64: string;
}

export type ControlMethod = keyof ControlMethods;

export interface ControlRequest {
  readonly id: number;
  readonly method: ControlMethod;
  readonly params?: unknown;
}

export type ControlAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorReport };

/** A longer line ends the connection. */
export const LINE_BYTES_MAX: number = 64 * 1024 * 1024;
/** A request is shorter than an answer: the longest carries bytes to inject. */
export const REQUEST_BYTES_MAX: number = 1024 * 1024;

/**
 * Reads a request.
 *
 * @param line One line.
 * @returns The request; `undefined` when it is none.
 */
export function parseRequest(line: string): ControlRequest | undefined {
  const value = parseObject(line);
  const { id, method, params } = value ?? {};
  const isKnown = typeof method === "string" && METHODS.includes(method);
  if (typeof id !== "number" || !isKnown) return undefined;
  return { id, method: method as ControlMethod, params }; // it is in the list
}

/** Names of the requests. */
export const METHODS: readonly string[] = ["status", "reload", "stop", "inject"];

/**
 * Reads the parameters of `inject`.
 *
 * @param params The received parameters.
 * @returns The parameters; `undefined` when they are none.
 */
export function parseInject(params: unknown): InjectParams | undefined {
  if (typeof params !== "object" || params === null) return undefined;
  const { network, member, base64 } = params as Record<string, unknown>;
  const isText = [network, member, base64].every((item) => typeof item === "string");
  return isText ? (params as InjectParams) : undefined; // just checked
}

/**
 * Reads an answer.
 *
 * @param line One line.
 * @returns The answer; `undefined` when it is none.
 */
export function parseAnswer(line: string): ControlAnswer | undefined {
  const value = parseObject(line);
  if (typeof value?.["id"] !== "number") return undefined;
  return "result" in value || "error" in value ? (value as unknown as ControlAnswer) : undefined;
}

/** Formats the answer to a request that failed. */
export function formatFailure(id: number, error: unknown): string {
  return formatLine({ id, error: reportError(error) });
}

/** Writes a message as a line. */
export function formatLine(message: ControlRequest | ControlAnswer): string {
  return `${JSON.stringify(message)}\n`;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
