// The types of anyserial/framing: this file passes if it compiles.

import type { ReadableStream } from "node:stream/web";
import type { SerialDisconnectedError, SerialPort } from "anyserial";
import {
  cobs,
  custom,
  delimited,
  type FramedPort,
  type Framing,
  fixedLength,
  framed,
  idleGap,
  lengthPrefixed,
  lines,
  matching,
  type RequestOptions,
  slip,
  startEnd,
} from "anyserial/framing";
import type { VirtualPort } from "anyserial/pty";
import type { FramedSyncPort, SyncSerialPort } from "anyserial/sync";
import { expectTypeOf } from "expect-type";

type OwnBytes = Uint8Array<ArrayBuffer>;

// The payload follows from the framing.
expectTypeOf(lines()).toEqualTypeOf<Framing<string>>();
expectTypeOf(matching(/\n/)).toEqualTypeOf<Framing<string>>();
expectTypeOf(delimited("\n")).toEqualTypeOf<Framing<OwnBytes>>();
expectTypeOf(fixedLength(4)).toEqualTypeOf<Framing<OwnBytes>>();
expectTypeOf(lengthPrefixed()).toEqualTypeOf<Framing<OwnBytes>>();
expectTypeOf(slip()).toEqualTypeOf<Framing<OwnBytes>>();
expectTypeOf(cobs()).toEqualTypeOf<Framing<OwnBytes>>();
expectTypeOf(startEnd(2, 3)).toEqualTypeOf<Framing<OwnBytes>>();
expectTypeOf(idleGap()).toEqualTypeOf<Framing<OwnBytes>>();
expectTypeOf(custom(() => 0)).toEqualTypeOf<Framing<OwnBytes>>();

// A framing.
expectTypeOf(lines().decode).returns.toEqualTypeOf<string>();
expectTypeOf(slip().decode).returns.toEqualTypeOf<OwnBytes>();
expectTypeOf(lines().encode).parameter(0).toEqualTypeOf<string>();
expectTypeOf<Buffer>().toExtend<Parameters<Framing<OwnBytes>["encode"]>[0]>();
expectTypeOf(lines().encode).returns.toEqualTypeOf<OwnBytes>();
expectTypeOf(lines().decodeStream().readable).toExtend<ReadableStream<string>>();
// @ts-expect-error -- text is no payload of a framing of bytes
slip().encode("text");
// @ts-expect-error -- bytes are no line
lines().encode(Uint8Array.of(1));
// @ts-expect-error -- an option that does not exist
lines({ delimiter: "\n" });
// @ts-expect-error -- a framing is immutable
lines().maxLength = 5;

// A port by messages.
declare const port: SerialPort;
declare const device: VirtualPort;
declare const blocking: SyncSerialPort;
expectTypeOf(port.framed(lines())).toEqualTypeOf<FramedPort<string>>();
expectTypeOf(device.framed(slip())).toEqualTypeOf<FramedPort<OwnBytes>>();
expectTypeOf(blocking.framed(lines())).toEqualTypeOf<FramedSyncPort<string>>();
expectTypeOf(framed(port, cobs())).toEqualTypeOf<FramedPort<OwnBytes>>();
expectTypeOf(port.framed(lines()).receive).returns.resolves.toEqualTypeOf<string>();
expectTypeOf(port.framed(slip()).request).returns.resolves.toEqualTypeOf<OwnBytes>();
expectTypeOf(blocking.framed(slip()).request).returns.toEqualTypeOf<OwnBytes>();
expectTypeOf(port.framed(lines()).requestAll).returns.resolves.toEqualTypeOf<string[]>();
expectTypeOf(blocking.framed(slip()).requestAll).returns.toEqualTypeOf<OwnBytes[]>();
expectTypeOf(port.framed(lines()).messages()).toEqualTypeOf<AsyncGenerator<string, undefined>>();
expectTypeOf<FramedPort<string>>().toExtend<AsyncIterable<string>>();
expectTypeOf<FramedPort<OwnBytes>["send"]>()
  .parameter(0)
  .toExtend<ArrayBufferView | ArrayBufferLike>();
expectTypeOf<NonNullable<RequestOptions<string>["accept"]>>().parameter(0).toEqualTypeOf<string>();
expectTypeOf<SerialDisconnectedError["incomplete"]>().toEqualTypeOf<OwnBytes | undefined>();
