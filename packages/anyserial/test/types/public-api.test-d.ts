// The public types: this file passes if it compiles.

import type { Duplex } from "node:stream";
import type { ReadableStream, WritableStream } from "node:stream/web";
import {
  type BufferedReader,
  type Capability,
  ConfigurationError,
  type ControlLines,
  type DataBits,
  type EffectiveConfig,
  isSerialError,
  type LineErrorCounts,
  type LineEvent,
  type ModemLineChange,
  type ModemLines,
  openSerialPort,
  type Parity,
  type PortInfo,
  platformCapabilities,
  type Rs485Config,
  type SerialCapabilities,
  type SerialConfig,
  type SerialConfigInput,
  SerialError,
  type SerialPort,
  type SerialStats,
  type StopBits,
  serialSessions,
  type UnsupportedPolicy,
} from "anyserial";
import { expectTypeOf } from "expect-type";

expectTypeOf<DataBits>().toEqualTypeOf<5 | 6 | 7 | 8>();
expectTypeOf<Parity>().toEqualTypeOf<"none" | "odd" | "even" | "mark" | "space">();
expectTypeOf<StopBits>().toEqualTypeOf<1 | 1.5 | 2>();
expectTypeOf<UnsupportedPolicy>().toEqualTypeOf<"raise" | "warn" | "ignore">();
expectTypeOf<Capability>().toEqualTypeOf<"supported" | "unsupported" | "unknown">();

// Configuration: complete and read-only out, everything optional in.
expectTypeOf<SerialConfig["baudRate"]>().toEqualTypeOf<number>();
expectTypeOf<SerialConfig["rs485"]>().toEqualTypeOf<Rs485Config | null>();
expectTypeOf<SerialConfig["lineErrors"]>().toEqualTypeOf<"count" | "mark">();
expectTypeOf<Record<never, never>>().toExtend<SerialConfigInput>();
expectTypeOf<SerialConfig>().toExtend<SerialConfigInput>();
expectTypeOf<{ flowControl: { rtsCts: true } }>().toExtend<SerialConfigInput>();
expectTypeOf<{ rs485: { delayAfterSendMs: 1 } }>().toExtend<SerialConfigInput>();
expectTypeOf<{ baudRate: undefined }>().toExtend<SerialConfigInput>();
expectTypeOf<{ baudRate: "9600" }>().not.toExtend<SerialConfigInput>();
expectTypeOf<{ dataBits: 9 }>().not.toExtend<SerialConfigInput>();
expectTypeOf<{ parity: "Even" }>().not.toExtend<SerialConfigInput>();
expectTypeOf<{ stopBits: 3 }>().not.toExtend<SerialConfigInput>();
// @ts-expect-error -- an option that does not exist
openSerialPort("loop://", { baudrate: 9600 });
declare const config: SerialConfig;
// @ts-expect-error -- a configuration is read-only
config.baudRate = 9600;
// @ts-expect-error -- its fields are read-only as well
config.flowControl.rtsCts = true;

// Opening.
expectTypeOf(openSerialPort).returns.resolves.toEqualTypeOf<SerialPort>();
expectTypeOf(openSerialPort).parameter(0).extract<string>().toEqualTypeOf<string>();
expectTypeOf<PortInfo>().toExtend<Parameters<typeof openSerialPort>[0]>();
expectTypeOf(openSerialPort).parameter(1).toEqualTypeOf<SerialConfigInput | undefined>();
expectTypeOf<{ signal: AbortSignal | undefined }>().toExtend<
  NonNullable<Parameters<typeof openSerialPort>[2]>
>();
expectTypeOf(platformCapabilities).returns.resolves.toEqualTypeOf<SerialCapabilities>();
expectTypeOf(serialSessions).returns.toExtend<AsyncIterable<SerialPort>>();

// A port.
expectTypeOf<SerialPort>().toExtend<AsyncDisposable>();
expectTypeOf<SerialPort>().toExtend<AsyncIterable<Uint8Array>>();
expectTypeOf<SerialPort["path"]>().toEqualTypeOf<string>();
expectTypeOf<SerialPort["isOpen"]>().toEqualTypeOf<boolean>();
expectTypeOf<SerialPort["config"]>().toEqualTypeOf<SerialConfig>();
expectTypeOf<SerialPort["capabilities"]>().toEqualTypeOf<SerialCapabilities>();
expectTypeOf<SerialPort["info"]>().toEqualTypeOf<PortInfo | undefined>();
expectTypeOf<SerialPort["fd"]>().toEqualTypeOf<number | undefined>();
expectTypeOf<SerialPort["closed"]>().resolves.toEqualTypeOf<SerialError | undefined>();
expectTypeOf<SerialPort["reader"]>().toEqualTypeOf<BufferedReader>();
expectTypeOf<SerialPort["effectiveConfig"]>().returns.resolves.toEqualTypeOf<EffectiveConfig>();
expectTypeOf<SerialPort["receive"]>().returns.resolves.toEqualTypeOf<Uint8Array<ArrayBuffer>>();
expectTypeOf<SerialPort["receiveInto"]>().parameter(0).toEqualTypeOf<ArrayBufferView>();
expectTypeOf<SerialPort["receiveInto"]>().returns.resolves.toEqualTypeOf<number>();
expectTypeOf<SerialPort>().toExtend<AsyncIterable<Uint8Array<ArrayBuffer>>>();
expectTypeOf<BufferedReader["receiveUntil"]>().returns.resolves.toEqualTypeOf<
  Uint8Array<ArrayBuffer>
>();
expectTypeOf<Extract<LineEvent, { data: unknown }>["data"]>().toEqualTypeOf<
  Uint8Array<ArrayBuffer>
>();
expectTypeOf<SerialPort["receiveEvents"]>().returns.toExtend<AsyncIterable<LineEvent>>();
expectTypeOf<SerialPort["send"]>().returns.resolves.toEqualTypeOf<void>();
expectTypeOf<SerialPort["trySend"]>().returns.toEqualTypeOf<number>();
expectTypeOf<Buffer>().toExtend<Parameters<SerialPort["send"]>[0]>();
expectTypeOf<DataView>().toExtend<Parameters<SerialPort["send"]>[0]>();
expectTypeOf<string>().not.toExtend<Parameters<SerialPort["send"]>[0]>();
expectTypeOf<SerialPort["drain"]>().returns.resolves.toEqualTypeOf<void>();
expectTypeOf<SerialPort["drainExact"]>().returns.resolves.toEqualTypeOf<void>();
expectTypeOf<SerialPort["sendBreak"]>().returns.resolves.toEqualTypeOf<void>();
expectTypeOf<SerialPort["inputWaiting"]>().returns.resolves.toEqualTypeOf<number>();
expectTypeOf<SerialPort["outputWaiting"]>().returns.resolves.toEqualTypeOf<number>();
expectTypeOf<SerialPort["modemLines"]>().returns.resolves.toEqualTypeOf<ModemLines>();
expectTypeOf<SerialPort["setControlLines"]>().parameter(0).toEqualTypeOf<ControlLines>();
expectTypeOf<SerialPort["modemLineChanges"]>().returns.toExtend<AsyncIterable<ModemLineChange>>();
expectTypeOf<SerialPort["lineErrors"]>().returns.resolves.toEqualTypeOf<LineErrorCounts>();
expectTypeOf<SerialPort["stats"]>().returns.toEqualTypeOf<SerialStats>();
expectTypeOf<SerialPort["readable"]>().toExtend<ReadableStream<Uint8Array<ArrayBuffer>>>();
expectTypeOf<SerialPort["writable"]>().toExtend<WritableStream<Uint8Array>>();
expectTypeOf<SerialPort["toDuplex"]>().returns.toEqualTypeOf<Duplex>();
expectTypeOf<SerialPort["close"]>().returns.resolves.toEqualTypeOf<void>();

// No method has `any` in its result or its first parameter.
type Methods = {
  [K in keyof SerialPort as SerialPort[K] extends (...args: never[]) => unknown
    ? K
    : never]: SerialPort[K];
};
type IsAny<T> = 0 extends 1 & T ? true : false;
type AnyMethods = {
  [K in keyof Methods]: Methods[K] extends (...args: infer A) => infer R
    ? IsAny<R> extends true
      ? K
      : IsAny<A[0]> extends true
        ? K
        : never
    : never;
}[keyof Methods];
expectTypeOf<AnyMethods>().toBeNever();

// Events and errors.
expectTypeOf<LineEvent["kind"]>().toEqualTypeOf<
  "data" | "break" | "framing" | "parity" | "overrun"
>();
expectTypeOf<Extract<LineEvent, { byte: unknown }>["byte"]>().toEqualTypeOf<number>();
expectTypeOf(new ConfigurationError("x")).toExtend<SerialError>();
expectTypeOf(new SerialError("x")).toExtend<Error>();
expectTypeOf<SerialError["code"]>().toEqualTypeOf<string>();
expectTypeOf<SerialError["hint"]>().toEqualTypeOf<string | undefined>();
expectTypeOf<SerialError["bytesWritten"]>().toEqualTypeOf<number | undefined>();
expectTypeOf(isSerialError).guards.toEqualTypeOf<SerialError>();
