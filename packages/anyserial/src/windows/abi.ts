// Windows ABI facts: constants and struct tables only. From winbase.h, winerror.h, fileapi.h and
// ioapiset.h as mingw-w64 and Wine ship them, checked against the Rust winapi crate. The structs of
// serial ports are the same on every CPU; OVERLAPPED depends on the word size.

import type { StructLayout } from "../ffi/struct.ts";

/** CreateFileW and its flags. */
export const FILE = {
  GENERIC_READ: 0x8000_0000,
  GENERIC_WRITE: 0x4000_0000,
  OPEN_EXISTING: 3,
  FILE_FLAG_OVERLAPPED: 0x4000_0000,
  INVALID_HANDLE_VALUE: -1,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS: 1,
} as const;

/** WaitForSingleObject. */
export const WAIT = { WAIT_OBJECT_0: 0, WAIT_TIMEOUT: 0x102, INFINITE: 0xffff_ffff } as const;

/** PurgeComm. */
export const PURGE = {
  PURGE_TXABORT: 1,
  PURGE_RXABORT: 2,
  PURGE_TXCLEAR: 4,
  PURGE_RXCLEAR: 8,
} as const;

/** EscapeCommFunction. */
export const ESCAPE = { SETRTS: 3, CLRRTS: 4, SETDTR: 5, CLRDTR: 6 } as const;

/** GetCommModemStatus. */
export const MODEM = {
  MS_CTS_ON: 0x10,
  MS_DSR_ON: 0x20,
  MS_RING_ON: 0x40,
  MS_RLSD_ON: 0x80,
} as const;

/** SetCommMask and WaitCommEvent. */
export const EVENT = {
  EV_CTS: 0x8,
  EV_DSR: 0x10,
  EV_RLSD: 0x20,
  EV_BREAK: 0x40,
  EV_ERR: 0x80,
  EV_RING: 0x100,
} as const;

/** Errors of ClearCommError. */
export const COMM_ERROR = {
  CE_RXOVER: 0x1,
  CE_OVERRUN: 0x2,
  CE_RXPARITY: 0x4,
  CE_FRAME: 0x8,
  CE_BREAK: 0x10,
} as const;

/** Values of fields of the DCB. */
export const DCB_VALUES = {
  NOPARITY: 0,
  ODDPARITY: 1,
  EVENPARITY: 2,
  MARKPARITY: 3,
  SPACEPARITY: 4,
  ONESTOPBIT: 0,
  ONE5STOPBITS: 1,
  TWOSTOPBITS: 2,
  CONTROL_DISABLE: 0,
  CONTROL_ENABLE: 1,
  CONTROL_HANDSHAKE: 2,
  CONTROL_TOGGLE: 3,
} as const;

/** Bits of the DCB's flags; the two controls are two bits wide, from the shift on. */
export const DCB_FLAGS = {
  fBinary: 0x1,
  fParity: 0x2,
  fOutxCtsFlow: 0x4,
  fOutxDsrFlow: 0x8,
  fDtrControl: 0x30,
  fDtrControlShift: 4,
  fDsrSensitivity: 0x40,
  fOutX: 0x100,
  fInX: 0x200,
  fErrorChar: 0x400,
  fNull: 0x800,
  fRtsControl: 0x3000,
  fRtsControlShift: 12,
  fAbortOnError: 0x4000,
} as const;

/** Win32 error codes that decisions depend on. */
export const ERROR = {
  ERROR_OPERATION_ABORTED: 995,
  ERROR_IO_INCOMPLETE: 996,
  ERROR_IO_PENDING: 997,
  ERROR_NOT_FOUND: 1168,
} as const;

/** Fields of the DCB that are read or written; the reserved ones are never touched. */
export type DcbField =
  | "DCBlength"
  | "BaudRate"
  | "flags"
  | "ByteSize"
  | "Parity"
  | "StopBits"
  | "XonChar"
  | "XoffChar";

export const DCB: StructLayout<DcbField> = {
  size: 28,
  fields: {
    DCBlength: { offset: 0, size: 4 },
    BaudRate: { offset: 4, size: 4 },
    flags: { offset: 8, size: 4 },
    ByteSize: { offset: 18, size: 1 },
    Parity: { offset: 19, size: 1 },
    StopBits: { offset: 20, size: 1 },
    XonChar: { offset: 21, size: 1 },
    XoffChar: { offset: 22, size: 1 },
  },
};

/** COMMTIMEOUTS; all zero: no read or write ends before it has all its bytes. */
export const COMMTIMEOUTS_SIZE = 20;

export const COMSTAT: StructLayout<"flags" | "cbInQue" | "cbOutQue"> = {
  size: 12,
  fields: {
    flags: { offset: 0, size: 4 },
    cbInQue: { offset: 4, size: 4 },
    cbOutQue: { offset: 8, size: 4 },
  },
};

/** Its flags fCtsHold, fDsrHold, fRlsdHold and fXoffHold. */
export const COMSTAT_HOLDS = 0xf;

/** Sizes that depend on the CPU. */
export interface WindowsAbi {
  readonly OVERLAPPED: StructLayout<"hEvent">;
}

const WORD_64: WindowsAbi = {
  OVERLAPPED: { size: 32, fields: { hEvent: { offset: 24, size: 8 } } },
};
const WORD_32: WindowsAbi = {
  OVERLAPPED: { size: 20, fields: { hEvent: { offset: 16, size: 4 } } },
};
const BY_ARCH: Readonly<Record<string, WindowsAbi>> = {
  x64: WORD_64,
  arm64: WORD_64,
  ia32: WORD_32,
};

/**
 * The ABI of a CPU.
 *
 * @param arch CPU as Node names it.
 * @returns `undefined` for a CPU that Windows does not run on.
 */
export function windowsAbi(arch: string): WindowsAbi | undefined {
  return Object.hasOwn(BY_ARCH, arch) ? BY_ARCH[arch] : undefined;
}
