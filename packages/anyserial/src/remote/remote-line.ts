// The line behind an RFC 2217 server: each setting is a question, and the answer has the value in force.

import { changedSettings } from "../config/changed-settings.ts";
import type {
  EffectiveConfig,
  FlowControl,
  Parity,
  SerialConfig,
  StopBits,
} from "../config/config.ts";
import { type OnRefusal, type Outcome, Refusals } from "../config/refusals.ts";
import {
  actionOf,
  type SerialError,
  UnsupportedConfigurationError,
  UnsupportedFeatureError,
} from "../errors/errors.ts";
import type { ControlLines } from "../model/modem-lines.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";
import { CONTROL, LINE_STATE, PURGE } from "./com-port.ts";
import type { ComPortClient, Question } from "./com-port-client.ts";

/** The longest that an answer is waited for, in milliseconds. */
const ANSWER_MS = 5000;

const PARITIES: readonly Parity[] = ["none", "odd", "even", "mark", "space"];
const STOP_BITS: readonly StopBits[] = [1, 2, 1.5];
const ERRORS = LINE_STATE.break | LINE_STATE.framing | LINE_STATE.parity | LINE_STATE.overrun;

/** The connection, as its line uses it. */
export interface LineLink {
  readonly path: string;
  readonly client: ComPortClient;
  /** Reads on to an answer; the result ends that. */
  readonly holdAnswer: () => () => void;
  /** Rejects when the connection ends. */
  readonly gone: Promise<never>;
}

/** The line of one connection. */
export class RemoteLine {
  readonly #link: LineLink;
  #effective: EffectiveConfig | undefined;
  #config: SerialConfig | undefined;

  constructor(link: LineLink) {
    this.#link = link;
  }

  /** Settings as the server took them. */
  get effective(): EffectiveConfig {
    if (this.#effective === undefined) throw new Error("not configured");
    return this.#effective;
  }

  /**
   * Asks for settings, all at once, and compares the answers. When a refusal stops it, the settings from
   * before are asked for again.
   */
  async configure(wanted: SerialConfig, onRefusal: OnRefusal): Promise<Outcome> {
    const before = this.#config;
    const refusals = new Refusals(onRefusal);
    try {
      const taken = await this.#apply(wanted, refusals);
      await this.#setLines(wanted, before, refusals);
      await this.#maskErrors(wanted, before, refusals);
      this.#effective = taken;
      const outcome = refusals.outcome(wanted, taken, before);
      this.#config = outcome.inForce;
      return outcome;
    } catch (error) {
      if (before !== undefined)
        await this.#apply(before, new Refusals("leave-out")).catch(() => undefined);
      throw error;
    }
  }

  /** Sets output lines. */
  async setControlLines({ dtr, rts }: ControlLines): Promise<void> {
    const values = [
      dtr === undefined ? undefined : dtr ? CONTROL.dtrOn : CONTROL.dtrOff,
      rts === undefined ? undefined : rts ? CONTROL.rtsOn : CONTROL.rtsOff,
    ].filter((value) => value !== undefined);
    await Promise.all(values.map((value) => this.#control(value, "setControlLines")));
  }

  /** Asserts or clears the break condition. */
  async setBreak(asserted: boolean): Promise<void> {
    await this.#control(asserted ? CONTROL.breakOn : CONTROL.breakOff, "sendBreak");
  }

  /** Discards the bytes that are queued at the server. */
  async discard(queue: "input" | "output"): Promise<void> {
    const value = queue === "input" ? PURGE.input : PURGE.output;
    await this.ask({ kind: "purge", value }, "discard");
  }

  /**
   * Asks one question.
   *
   * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_NO_ANSWER` — there is no answer in time.
   * @throws {@link SerialDisconnectedError} the connection ends.
   */
  async ask(question: Question, operation: string): Promise<Question> {
    const { client, holdAnswer, gone } = this.#link;
    const release = holdAnswer();
    const { answer, forget } = client.ask(question);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(this.#noAnswer(question.kind, operation)), ANSWER_MS);
    });
    try {
      return await Promise.race([answer, late, gone]);
    } finally {
      clearTimeout(timer);
      forget();
      release();
    }
  }

  /** Sends a message whose answer, if there is one, does not matter. */
  say(message: Question): void {
    this.#link.client.ask(message).forget();
  }

  async #apply(wanted: SerialConfig, refusals: Refusals): Promise<EffectiveConfig> {
    const settings = settingsOf(wanted);
    const answers = await Promise.allSettled(
      settings.map(({ question }) => this.ask(question, "configure")),
    );
    let taken: EffectiveConfig = takenAs(wanted);
    for (const [index, { name, read }] of settings.entries()) {
      const answer = answers[index] as PromiseSettledResult<Question>;
      if (answer.status === "fulfilled") taken = { ...taken, ...read(answer.value, taken) };
      else if (!(answer.reason instanceof UnsupportedFeatureError)) throw answer.reason;
      else refusals.add(name, unanswered(this.#link.path, name));
    }
    refusals.addAll(this.#changed(wanted, taken));
    return Object.freeze(taken);
  }

  #changed(
    wanted: SerialConfig,
    taken: EffectiveConfig,
  ): readonly { readonly setting: string; readonly error: SerialError }[] {
    const { path } = this.#link;
    const found = [...changedSettings({ path, hasFraming: true }, wanted, taken)];
    const others = [
      ["stopBits", wanted.stopBits, taken.stopBits],
      ["xonXoff", wanted.flowControl.xonXoff, taken.flowControl.xonXoff],
    ] as const;
    for (const [setting, asked, got] of others) {
      if (asked === got || (setting === "xonXoff" && asked === false)) continue;
      const message = `Cannot configure port "${path}": the server changed ${setting} from ${asked} to ${got}`;
      const details = { code: "ERR_SERIAL_SETTING_CHANGED", path, operation: "configure" };
      found.push({ setting, error: new UnsupportedConfigurationError(message, details) });
    }
    return found;
  }

  async #setLines(
    { controlLines }: SerialConfig,
    before: SerialConfig | undefined,
    refusals: Refusals,
  ): Promise<void> {
    if (controlLines === before?.controlLines) return;
    await this.setControlLines(controlLines).catch((error: unknown) => {
      if (!(error instanceof UnsupportedFeatureError)) throw error;
      refusals.add("controlLines", error);
    });
  }

  async #maskErrors(
    { lineErrors }: SerialConfig,
    before: SerialConfig | undefined,
    refusals: Refusals,
  ): Promise<void> {
    if (lineErrors === (before?.lineErrors ?? "count")) return;
    const value = lineErrors === "mark" ? ERRORS : 0;
    await this.ask({ kind: "lineStateMask", value }, "configure").catch((error: unknown) => {
      if (!(error instanceof UnsupportedFeatureError)) throw error;
      refusals.add("lineErrors", error);
    });
  }

  async #control(value: number, operation: string): Promise<void> {
    const answer = await this.ask({ kind: "control", value }, operation);
    if (answer.kind === "control" && answer.value === value) return;
    throw new UnsupportedFeatureError(
      `Cannot ${actionOf(operation)} port "${this.#link.path}": the server refuses it`,
      { code: "ERR_SERIAL_UNSUPPORTED", path: this.#link.path, operation },
    );
  }

  #noAnswer(kind: string, operation: string): SerialError {
    const { path } = this.#link;
    return new UnsupportedFeatureError(
      `Cannot ${actionOf(operation)} port "${path}": the server does not answer to ${kind}`,
      {
        code: "ERR_SERIAL_NO_ANSWER",
        path,
        operation,
        hint: "the server lacks this part of RFC 2217; anyserial doctor shows what it has",
      },
    );
  }
}

interface Setting {
  /** As the policy names it. */
  readonly name: string;
  readonly question: Question;
  readonly read: (answer: Question, taken: EffectiveConfig) => Partial<EffectiveConfig>;
}

function settingsOf(wanted: SerialConfig): readonly Setting[] {
  const { baudRate, dataBits, parity, stopBits, flowControl } = wanted;
  const value = (answer: Question): number => ("value" in answer ? answer.value : 0);
  return [
    {
      name: "baudRate",
      question: { kind: "baudRate", value: baudRate },
      read: (answer) => ({ baudRate: value(answer) }),
    },
    {
      name: "dataBits",
      question: { kind: "dataBits", value: dataBits },
      read: (answer) => ({ dataBits: value(answer) as EffectiveConfig["dataBits"] }),
    },
    {
      name: "parity",
      question: { kind: "parity", value: PARITIES.indexOf(parity) + 1 },
      read: (answer, taken) => ({ parity: PARITIES[value(answer) - 1] ?? taken.parity }),
    },
    {
      name: "stopBits",
      question: { kind: "stopBits", value: STOP_BITS.indexOf(stopBits) + 1 },
      read: (answer, taken) => ({ stopBits: STOP_BITS[value(answer) - 1] ?? taken.stopBits }),
    },
    {
      name: "flowControl",
      question: { kind: "control", value: flowValue(flowControl) },
      read: (answer) => ({ flowControl: flowOf(value(answer)) }),
    },
  ];
}

/** RFC 2217 has one kind of flow control at a time; another one that was asked for shows as refused. */
function flowValue({ rtsCts, dtrDsr, xonXoff }: FlowControl): number {
  if (rtsCts) return CONTROL.flowRtsCts;
  if (dtrDsr) return CONTROL.flowDsr;
  return xonXoff ? CONTROL.flowXonXoff : CONTROL.flowNone;
}

function flowOf(value: number): FlowControl {
  return Object.freeze({
    rtsCts: value === CONTROL.flowRtsCts,
    dtrDsr: value === CONTROL.flowDsr,
    xonXoff: value === CONTROL.flowXonXoff,
  });
}

function takenAs(wanted: SerialConfig): EffectiveConfig {
  const { baudRate, dataBits, parity, stopBits, flowControl, hangupOnClose } = wanted;
  return { baudRate, dataBits, parity, stopBits, flowControl, hangupOnClose, rs485: null };
}

function unanswered(path: string, setting: string): UnsupportedConfigurationError {
  return new UnsupportedConfigurationError(
    `Cannot configure port "${path}": the server does not answer to ${setting}`,
    {
      code: "ERR_SERIAL_NO_ANSWER",
      path,
      operation: "configure",
      hint: "set unsupportedPolicy to warn or ignore to continue without an answer",
    },
  );
}
