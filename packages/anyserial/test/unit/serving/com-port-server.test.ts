import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import type { ControlLines, ModemLines } from "anyserial";
import {
  CONTROL,
  type ComPortMessage,
  decodeComPort,
  encodeComPort,
  LINE_STATE,
} from "../../../dist/remote/com-port.js";
import { DO, negotiation, TelnetDecoder, WILL } from "../../../dist/remote/telnet.js";
import { COM_PORT } from "../../../dist/remote/telnet-options.js";
import { ComPortServer } from "../../../dist/serving/com-port-server.js";
import type { LineSettings, ServedLine } from "../../../dist/serving/served-line.js";

const LINES: ModemLines = { cts: true, dsr: false, ri: false, dcd: true };

class FakeLine implements ServedLine {
  readonly calls: string[] = [];
  outputs = { dtr: true, rts: true };
  isBreaking = false;
  #settings: LineSettings = {
    baudRate: 9600,
    dataBits: 8,
    parity: "none",
    stopBits: 1,
    flow: "none",
  };
  /** Rates above are refused. */
  most = 1_000_000;

  settings(): LineSettings {
    return this.#settings;
  }
  async apply(changes: Partial<LineSettings>): Promise<void> {
    await nextTask();
    if ((changes.baudRate ?? 0) > this.most) throw new Error("refused");
    this.calls.push(JSON.stringify(changes));
    this.#settings = { ...this.#settings, ...changes };
  }
  async setOutputs(lines: ControlLines): Promise<void> {
    this.calls.push(JSON.stringify(lines));
    this.outputs = { ...this.outputs, ...(lines as Partial<typeof this.outputs>) };
  }
  async setBreak(asserted: boolean): Promise<void> {
    this.calls.push(`break ${asserted}`);
    this.isBreaking = asserted;
  }
  async discard(queue: "input" | "output"): Promise<void> {
    this.calls.push(`discard ${queue}`);
  }
  /** Runs while the levels are on their way. */
  onRead: (() => void) | undefined;
  async modemLines(): Promise<ModemLines | undefined> {
    this.onRead?.();
    return LINES;
  }
}

function bench({ mayControl = true } = {}) {
  const line = new FakeLine();
  const answers: ComPortMessage[] = [];
  const negotiations: string[] = [];
  const suspends: boolean[] = [];
  const decoder = new TelnetDecoder({
    data: () => undefined,
    command: () => undefined,
    negotiation: (verb, option) => negotiations.push(`${verb} ${option}`),
    subnegotiation: (_option, payload) => {
      const message = decodeComPort("server", payload);
      if (message !== undefined) answers.push(message);
    },
  });
  const server = new ComPortServer({
    line,
    mayControl: () => mayControl,
    send: (bytes) => decoder.push(bytes),
    data: (bytes) => {
      line.calls.push(`data ${[...bytes]}`);
      return undefined;
    },
    onSuspend: (isSuspended) => suspends.push(isSuspended),
    signature: "test",
  });
  const ask = async (...messages: ComPortMessage[]): Promise<void> => {
    for (const message of messages) await server.receive(encodeComPort("client", message));
  };
  const agree = async (): Promise<void> => {
    await server.receive(negotiation(WILL, COM_PORT));
    answers.length = 0;
  };
  return { server, line, answers, negotiations, suspends, ask, agree };
}

test("ComPortServer answers nothing before the option is agreed on", async () => {
  const { answers, line, ask } = bench();
  await ask({ kind: "baudRate", value: 1200 });
  deepEqual(answers, []);
  deepEqual(line.calls, []);
});

test("ComPortServer agrees to the option, and refuses an unknown one", async () => {
  const { server, negotiations } = bench();
  await server.receive(negotiation(WILL, COM_PORT));
  await server.receive(negotiation(DO, 99));
  deepEqual(negotiations, [`${DO} 44`, "252 99"]);
});

test("ComPortServer sets each setting and answers with the value in force", async () => {
  const { answers, ask, agree } = bench();
  await agree();
  await ask(
    { kind: "baudRate", value: 19_200 },
    { kind: "dataBits", value: 7 },
    { kind: "parity", value: 3 },
    { kind: "stopBits", value: 2 },
    { kind: "control", value: CONTROL.flowRtsCts },
  );
  deepEqual(answers, [
    { kind: "baudRate", value: 19_200 },
    { kind: "dataBits", value: 7 },
    { kind: "parity", value: 3 },
    { kind: "stopBits", value: 2 },
    { kind: "control", value: CONTROL.flowRtsCts },
  ]);
});

test("ComPortServer answers a refused rate, and a question, with the rate in force", async () => {
  const { answers, line, ask, agree } = bench();
  line.most = 100_000;
  await agree();
  await ask({ kind: "baudRate", value: 500_000 }, { kind: "baudRate", value: 0 });
  deepEqual(answers, [
    { kind: "baudRate", value: 9600 },
    { kind: "baudRate", value: 9600 },
  ]);
});

test("ComPortServer answers a rate of one byte in one byte", async () => {
  const { answers, server, agree } = bench();
  await agree();
  await server.receive(Uint8Array.of(255, 250, 44, 1, 14, 255, 240));
  deepEqual(answers, [{ kind: "baudRate", value: 115_200, isCisco: true }]);
});

test("ComPortServer changes nothing for a client that may not set the line", async () => {
  const { answers, line, ask, agree } = bench({ mayControl: false });
  await agree();
  await ask(
    { kind: "baudRate", value: 300 },
    { kind: "control", value: CONTROL.dtrOff },
    { kind: "purge", value: 3 },
  );
  deepEqual(line.calls, []);
  deepEqual(answers, [
    { kind: "baudRate", value: 9600 },
    { kind: "control", value: CONTROL.dtrOn },
    { kind: "purge", value: 3 },
  ]);
});

test("ComPortServer passes on data and settings in the order in which they came", async () => {
  const { server, line, agree } = bench();
  await agree();
  const chunk = Buffer.concat([
    Uint8Array.of(1),
    encodeComPort("client", { kind: "baudRate", value: 300 }),
    Uint8Array.of(2),
    encodeComPort("client", { kind: "purge", value: 1 }),
    Uint8Array.of(3),
  ]);
  await server.receive(chunk);
  deepEqual(line.calls, ["data 1", '{"baudRate":300}', "data 2", "discard input", "data 3"]);
});

test("ComPortServer reports the modem lines when their mask is set, and each wanted change", async () => {
  const { server, answers, ask, agree } = bench();
  await agree();
  await ask({ kind: "modemStateMask", value: 16 + 1 });
  server.modemLinesChanged({ ...LINES, cts: false });
  server.modemLinesChanged({ ...LINES, cts: false, dsr: true }); // not wanted
  deepEqual(answers, [
    { kind: "modemStateMask", value: 17 },
    { kind: "modemState", value: 16 },
    { kind: "modemState", value: 1 },
  ]);
});

test("ComPortServer reports line errors as the mask asks, and none by default", async () => {
  const { server, answers, ask, agree } = bench();
  await agree();
  server.lineError("break");
  equal(server.wantsLineErrors, false);
  await ask({ kind: "lineStateMask", value: LINE_STATE.break });
  equal(server.wantsLineErrors, true);
  server.lineError("break");
  server.lineError("parity");
  deepEqual(answers.slice(1), [{ kind: "lineState", value: LINE_STATE.break }]);
});

test("ComPortServer says who it is, and keeps data back while the client wants none", async () => {
  const { server, answers, suspends, ask, agree } = bench();
  await agree();
  await ask({ kind: "signature", text: new Uint8Array(0) }, { kind: "suspend" });
  equal(server.isSuspended, true);
  await ask({ kind: "resume" });
  deepEqual(suspends, [true, false]);
  deepEqual(answers, [{ kind: "signature", text: new TextEncoder().encode("test") }]);
});

test("ComPortServer answers questions about lines, break and both flow controls", async () => {
  const { answers, ask, agree } = bench();
  await agree();
  await ask(
    ...[
      CONTROL.askFlow,
      CONTROL.askBreak,
      CONTROL.askDtr,
      CONTROL.askRts,
      CONTROL.askInboundFlow,
      CONTROL.breakOn,
      CONTROL.askBreak,
    ].map((value) => ({ kind: "control" as const, value })),
  );
  deepEqual(
    answers.map((answer) => "value" in answer && answer.value),
    [
      CONTROL.flowNone,
      CONTROL.breakOff,
      CONTROL.dtrOn,
      CONTROL.rtsOn,
      CONTROL.inboundNone,
      CONTROL.breakOn,
      CONTROL.breakOn,
    ],
  );
});

test("ComPortServer sends the modem lines as soon as the option is agreed on", async () => {
  const { server, answers } = bench();
  await server.receive(negotiation(WILL, COM_PORT));
  deepEqual(answers, [{ kind: "modemState", value: 128 + 16 }]);
});

test("ComPortServer sends the levels of a change that came while it read older ones", async () => {
  const { server, line, answers, ask, agree } = bench();
  await agree();
  line.onRead = () => server.modemLinesChanged({ ...LINES, cts: false });
  await ask({ kind: "modemStateMask", value: 255 });
  deepEqual(answers, [
    { kind: "modemStateMask", value: 255 },
    { kind: "modemState", value: 128 + 1 },
    { kind: "modemState", value: 128 },
  ]);
});
