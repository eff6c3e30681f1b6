// Requests to the hub, with the token where there is one. Paths are relative: the page may be under
// any path of a proxy.

import type { ErrorReport } from "../../src/control/error-report.ts";
import type {
  CaptureEntry,
  LinesRequest,
  PageConfig,
  RecordRequest,
  SendRequest,
} from "../../src/page/wire.ts";
import { toBase64 } from "../traffic/bytes.ts";

/** The hub refused a request. */
export class RequestError extends Error {
  /** HTTP status. */
  readonly code: number;
  readonly report: ErrorReport | undefined;

  constructor(code: number, message: string, report: ErrorReport | undefined) {
    super(message);
    this.code = code;
    this.report = report;
  }
}

export class Api {
  readonly #token: () => string | undefined;

  constructor(token: () => string | undefined) {
    this.#token = token;
  }

  /** Headers of every request. */
  headers(): Record<string, string> {
    const token = this.#token();
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  async config(): Promise<PageConfig> {
    return (await this.#ask("config")).json();
  }

  async captures(): Promise<readonly CaptureEntry[]> {
    return (await this.#ask("captures")).json();
  }

  async capture(name: string): Promise<Blob> {
    return (await this.#ask(`captures/${encodeURIComponent(name)}`)).blob();
  }

  async reload(): Promise<void> {
    await this.#post("reload", {});
  }

  async record(request: RecordRequest): Promise<void> {
    await this.#post("record", request);
  }

  async setLines(lines: LinesRequest): Promise<void> {
    await this.#post("lines", lines);
  }

  /** Sends bytes as if a member had sent them; resolves when the network has taken them. */
  async send(member: { network: string; member: string }, bytes: Uint8Array): Promise<void> {
    const { network, member: name } = member;
    const body: SendRequest = { network, member: name, base64: toBase64(bytes) };
    await this.#post("send", body);
  }

  /** Whether the hub takes a token. */
  async takes(token: string): Promise<boolean> {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch("check-token", { method: "POST", headers });
    return answer.ok;
  }

  async #post(path: string, body: object): Promise<void> {
    await this.#ask(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
  }

  async #ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...this.headers(), ...(init.headers as Record<string, string> | undefined) };
    const answer = await fetch(path, { ...init, headers });
    if (answer.ok) return answer;
    const text = await answer.text();
    const report = parseReport(text);
    throw new RequestError(answer.status, report?.message ?? text.trim(), report);
  }
}

/** Text for people about a failed request. */
export function messageOf(error: unknown): string {
  if (error instanceof RequestError) {
    const hint = error.report?.hint;
    return hint === undefined ? error.message : `${error.message} (${hint})`;
  }
  return "The hub does not answer";
}

function parseReport(text: string): ErrorReport | undefined {
  try {
    return (JSON.parse(text) as { error?: ErrorReport }).error;
  } catch {
    return undefined;
  }
}
