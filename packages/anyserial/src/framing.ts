// Subpath `anyserial/framing`: messages out of a stream of bytes, and an answer to a question.

/// <reference types="node" preserve="true" />

export { FramingError } from "./errors/errors.ts";
export {
  type ChecksumFunction,
  type ChecksumName,
  crc16ccitt,
  crc16modbus,
  crc16xmodem,
  crc32,
  lrc,
  sum8,
  xor8,
} from "./framing/checksum.ts";
export { cobs } from "./framing/cobs.ts";
export type { BinaryFramingOptions, ChecksumOption, FramingOptions } from "./framing/codec.ts";
export { type CustomOptions, custom } from "./framing/custom.ts";
export type { FindMessage } from "./framing/custom-splitter.ts";
export type { DecoderOptions, FrameDecoder } from "./framing/decoder.ts";
export { type DelimitedOptions, delimited } from "./framing/delimited.ts";
export { type FixedLengthOptions, fixedLength } from "./framing/fixed-length.ts";
export type { FrameSource } from "./framing/frame-source.ts";
export { FramedPort, framed } from "./framing/framed-port.ts";
export type { Framing } from "./framing/framing.ts";
export type { LineSettings } from "./framing/gap.ts";
export { type IdleGapOptions, idleGap } from "./framing/idle-gap.ts";
export { type LengthPrefixedOptions, lengthPrefixed } from "./framing/length-prefixed.ts";
export { type LineEnding, type LinesOptions, lines } from "./framing/lines.ts";
export { type MatchingOptions, matching } from "./framing/matching.ts";
export type { Sendable, SplitOptions } from "./framing/message-codec.ts";
export type {
  AllAnswerOptions,
  AnswerOptions,
  MessagesOptions,
  RequestAllOptions,
  RequestOptions,
  UnsolicitedOptions,
} from "./framing/request-options.ts";
export { type SlipOptions, slip } from "./framing/slip.ts";
export type { Fault, FrameSink, Splitter } from "./framing/splitter.ts";
export { type StartEndOptions, startEnd } from "./framing/start-end.ts";
export type { DecodeOptions } from "./framing/stream-decoder.ts";
export type { TextEncoding, TextOptions } from "./framing/text.ts";
export type { FrameStream } from "./framing/web-transforms.ts";
