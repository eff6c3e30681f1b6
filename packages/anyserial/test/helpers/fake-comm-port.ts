// One serial port of the fake Windows system in fake-comm.ts: its driver's state.

const RESERVED_FLAGS = 0xabcd_8000; // fDummy2
const RESERVED_WORD = 0x1234;

/** One port. */
export class FakePort {
  readonly name: string;
  peer: FakePort;
  holder: number | undefined;
  readonly dcb = new DataView(new ArrayBuffer(28));
  readonly timeouts = Uint8Array.from({ length: 20 }, () => 7);
  readonly input: number[] = [];
  readonly output = { rts: true, dtr: true };
  isGone = false;
  errors = 0;
  mask = 0;
  history = 0;
  /** Rates that the driver refuses, or takes for another one. */
  readonly rates = new Map<number, number | "refused">();
  /** Modem lines are missing. */
  hasLines = true;
  ring = false;

  constructor(name: string) {
    this.name = name;
    this.peer = this;
    this.dcb.setUint32(0, 28, true);
    this.dcb.setUint32(4, 1200, true);
    this.dcb.setUint32(8, RESERVED_FLAGS | 0x1011, true); // fBinary, both lines asserted
    this.dcb.setUint16(12, RESERVED_WORD, true);
    this.dcb.setUint16(26, RESERVED_WORD, true);
    this.dcb.setUint8(18, 8);
  }

  get flags(): number {
    return this.dcb.getUint32(8, true);
  }

  get lines(): number {
    const { rts, dtr } = this.peer.output;
    return (rts ? 0x10 : 0) | (dtr ? 0x20 | 0x80 : 0) | (this.ring ? 0x40 : 0);
  }
}
