// The fields of a framing: part of the table of fields.ts.

import type { FramingConfig } from "../model/types.ts";
import { choice, duration, type FieldsOf, integer, mark, size, text, word } from "./readers.ts";

const UINT16_MAX = 0xffff;

/** The parameters of a framing. */
export const FRAMING_FIELDS: FieldsOf<FramingConfig> = {
  kind: {
    reader: word({
      raw: true,
      line: true,
      delimited: true,
      "fixed-length": true,
      "length-prefix": true,
      slip: true,
      cobs: true,
      "start-end": true,
      "idle-gap": true,
      matching: true,
    }),
    default: "raw",
    help: "How the stream of bytes is split into messages.",
  },
  delimiter: {
    reader: mark(64),
    default: 10,
    help: "`line`, `delimited`: the last bytes of a message.",
  },
  gapMs: {
    reader: duration(1, 60_000),
    default: 5,
    help: "`idle-gap`: the silence that ends a message.",
  },
  lengthBytes: {
    reader: choice(1, 2, 4),
    default: 2,
    help: "`length-prefix`: size of the length field, in bytes.",
  },
  byteOrder: {
    reader: word({ big: true, little: true }),
    default: "big",
    help: "`length-prefix`: byte order of the length field.",
  },
  offset: {
    reader: integer(0, 255),
    defaultHelp: "behind `start`",
    help: "`length-prefix`: bytes before the length field.",
  },
  counts: {
    reader: word({ payload: true, rest: true, all: true }),
    default: "payload",
    help: "`length-prefix`: the bytes that the length counts: the payload, all behind the field, or the whole message.",
  },
  plus: {
    reader: integer(-UINT16_MAX, UINT16_MAX),
    default: 0,
    help: "`length-prefix`: bytes of a message beyond those that its length counts.",
  },
  trailer: {
    reader: integer(0, 255),
    default: 0,
    help: "`length-prefix`: bytes after the payload, such as a checksum.",
  },
  start: {
    reader: mark(8),
    help: "`start-end`, `length-prefix`: the first bytes of a message.",
  },
  end: { reader: mark(8), help: "`start-end`: the last bytes of a message." },
  escape: {
    reader: integer(0, 255),
    help: "`start-end`: the byte before a byte that is not a mark, as its code.",
  },
  after: {
    reader: integer(0, 64),
    default: 0,
    help: "`start-end`: bytes after the end that belong to the message, such as a checksum.",
  },
  length: { reader: integer(1, UINT16_MAX), help: "`fixed-length`: bytes of a message." },
  pattern: {
    reader: text("a regular expression"),
    help: "`matching`: a message ends where this regular expression matches.",
  },
  maxMessage: {
    reader: size(1, UINT16_MAX),
    default: 4096,
    help: "Longest message. A longer one is passed on in pieces.",
  },
};
