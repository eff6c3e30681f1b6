// Fields of a real port.

import type { MemberBase, SerialMemberConfig, SerialTlsConfig } from "../model/types.ts";
import { path } from "./paths.ts";
import { choice, type FieldsOf, integer, object, text, word } from "./readers.ts";

const UINT32_MAX = 0xffff_ffff;

/** Files and name for an address with TLS. */
export const SERIAL_TLS_FIELDS: FieldsOf<SerialTlsConfig> = {
  ca: {
    reader: path(),
    help: "File with the authority of the server's certificate, if it is none that Node.js knows.",
  },
  servername: {
    reader: text("a name"),
    help: "Name in the server's certificate, if it is not that of the address.",
  },
  cert: { reader: path(), help: "File with a certificate, for a server that asks for one." },
  key: { reader: path(), help: "File with the private key of that certificate." },
};

/** Fields of a `serial` member, without those of every member. */
export const SERIAL_FIELDS: FieldsOf<Omit<SerialMemberConfig, keyof MemberBase>> = {
  serial: { reader: text("a port's path or address"), help: "Port to open." },
  baudRate: { reader: integer(1, UINT32_MAX), default: 115_200, help: "Rate in bits per second." },
  dataBits: { reader: choice(5, 6, 7, 8), default: 8, help: "Data bits of a character." },
  stopBits: { reader: choice(1, 1.5, 2), default: 1, help: "Stop bits." },
  parity: {
    reader: word({ none: true, even: true, odd: true, mark: true, space: true }),
    default: "none",
    help: "Parity bit.",
  },
  flowControl: {
    reader: word({ none: true, hardware: true, software: true }),
    default: "none",
    help: "`hardware`: RTS and CTS. `software`: XON and XOFF.",
  },
  follow: {
    reader: text("the name of a member"),
    help: "Member whose application sets the line: a pty its rate, stop bits and flow control, an adapter or a `remote` all of it.",
  },
  tls: {
    reader: object<SerialTlsConfig>(SERIAL_TLS_FIELDS),
    help: "Files in PEM and a name, for an address with `+tls`. They are read whenever the port is opened.",
  },
  lines: {
    reader: word({ applications: true, all: true, none: true }),
    default: "applications",
    help: "Whose DTR, RTS and breaks reach the port: those at adapters and `remote` members, `all` (other real ports, too), or `none`.",
  },
};
