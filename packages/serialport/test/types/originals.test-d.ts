// The public types of `serialport` and ours are assignable both ways: this file passes if it compiles. The exception
// is that of the binding below, in `port`.

import type { Duplex } from "node:stream";
import type * as ours from "@anyserial/serialport";
import type { AnyserialBinding } from "@anyserial/serialport/binding";
import type * as stream from "@serialport/stream";
import { expectTypeOf } from "expect-type";
import type * as theirs from "serialport";

/** The members that SerialPortStream adds to a Duplex and that do not show the binding. */
type Members =
  | "baudRate"
  | "close"
  | "closing"
  | "drain"
  | "flush"
  | "get"
  | "isOpen"
  | "open"
  | "opening"
  | "path"
  | "set"
  | "update"
  | "write";
type OurBinding = typeof ours.SerialPort.binding;
type TheirBinding = typeof theirs.SerialPort.binding;

// Names.
expectTypeOf<keyof typeof ours>().toEqualTypeOf<keyof typeof theirs>();

// Options.
expectTypeOf<ours.SerialPortOpenOptions<OurBinding>>().toEqualTypeOf<
  theirs.SerialPortOpenOptions<TheirBinding>
>();
expectTypeOf<ours.SerialPortMockOpenOptions>().toEqualTypeOf<theirs.SerialPortMockOpenOptions>();

// The mock and the parsers are the same ones.
expectTypeOf<ours.SerialPortMock>().toExtend<theirs.SerialPortMock>();
expectTypeOf<theirs.SerialPortMock>().toExtend<ours.SerialPortMock>();
expectTypeOf<typeof ours.SerialPortMock>().toExtend<typeof theirs.SerialPortMock>();
expectTypeOf<typeof theirs.SerialPortMock>().toExtend<typeof ours.SerialPortMock>();
expectTypeOf<ours.ByteLengthParser>().toEqualTypeOf<theirs.ByteLengthParser>();
expectTypeOf<ours.CCTalkParser>().toEqualTypeOf<theirs.CCTalkParser>();
expectTypeOf<ours.DelimiterParser>().toEqualTypeOf<theirs.DelimiterParser>();
expectTypeOf<ours.InterByteTimeoutParser>().toEqualTypeOf<theirs.InterByteTimeoutParser>();
expectTypeOf<ours.PacketLengthParser>().toEqualTypeOf<theirs.PacketLengthParser>();
expectTypeOf<ours.ReadlineParser>().toEqualTypeOf<theirs.ReadlineParser>();
expectTypeOf<ours.ReadyParser>().toEqualTypeOf<theirs.ReadyParser>();
expectTypeOf<ours.RegexParser>().toEqualTypeOf<theirs.RegexParser>();
expectTypeOf<ours.SlipDecoder>().toEqualTypeOf<theirs.SlipDecoder>();
expectTypeOf<ours.SlipEncoder>().toEqualTypeOf<theirs.SlipEncoder>();
expectTypeOf<ours.SpacePacketParser>().toEqualTypeOf<theirs.SpacePacketParser>();
expectTypeOf<ours.SpacePacket>().toEqualTypeOf<theirs.SpacePacket>();
expectTypeOf<ours.SpacePacketHeader>().toEqualTypeOf<theirs.SpacePacketHeader>();

// The port: theirs in place of ours.
expectTypeOf<theirs.SerialPort>().toExtend<ours.SerialPort>();
expectTypeOf<typeof theirs.SerialPort.list>().toEqualTypeOf<typeof ours.SerialPort.list>();
expectTypeOf<TheirBinding>().toExtend<OurBinding>();

// The port: ours in place of theirs, but for the port of the binding.
expectTypeOf<keyof ours.SerialPort>().toEqualTypeOf<keyof theirs.SerialPort>();
expectTypeOf<Pick<ours.SerialPort, Members>>().toEqualTypeOf<Pick<theirs.SerialPort, Members>>();
expectTypeOf<ours.SerialPort>().toExtend<Duplex>();
expectTypeOf<ours.SerialPort["settings"]>().toExtend<
  Omit<theirs.SerialPort["settings"], "binding">
>();
expectTypeOf<ours.SerialPort>().toExtend<stream.SerialPortStream>();
expectTypeOf<ConstructorParameters<typeof ours.SerialPort>>().toEqualTypeOf<
  ConstructorParameters<typeof theirs.SerialPort>
>();
expectTypeOf<typeof AnyserialBinding>().toEqualTypeOf<OurBinding>();

// The exception: an open port of the original's binding has a private member.
// @ts-expect-error -- `port` of the binding
expectTypeOf<ours.SerialPort>().toExtend<theirs.SerialPort>();
