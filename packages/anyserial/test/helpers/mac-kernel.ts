// A serial port of macOS in memory: the peculiarities of IOSerialBSDClient, over the shared fake.
// Its settings carry rates of a table only, IOSSIOSPEED takes the others, and TIOCEXCL shows which
// program was first.

import { equal } from "node:assert/strict";
import { BsdKernel } from "./bsd-kernel.ts";

/** Rates that the settings may carry (IOSerialBSDClient.cpp, `iossspeeds`). */
const TABLE = [
  0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 7200, 9600, 14_400, 19_200,
  28_800, 38_400, 57_600, 76_800, 115_200, 230_400, 460_800, 921_600, 1_843_200,
];

/** The system. */
export class MacKernel extends BsdKernel {
  /** The driver's answer to IOSSIOSPEED: nothing, or the name of an error. */
  answerRate: (baudRate: number) => string | undefined = () => undefined;
  /** Custom rates that were set, in order. */
  readonly customRates: number[] = [];
  /** Another program has marked the port as exclusive since it was opened. */
  isMarked = false;

  /** @param cpu `x64` or `arm64`. */
  constructor(cpu: string) {
    super(`darwin-${cpu}`);
    this.driver.takesRate = (rate) => {
      const isOdd = rate % 2 === 1 && !TABLE.includes(rate);
      if (isOdd) throw new Error(`${rate} would clock the line from outside`);
      return TABLE.includes(rate);
    };
  }

  override ioctl(fd: number, request: number, argument: Uint8Array): number {
    if (request !== this.facts.constant("IOSSIOSPEED")) {
      return super.ioctl(fd, request, argument);
    }
    equal(argument.length, 8, "speed_t has 8 bytes");
    const rate = Number(new DataView(argument.buffer, argument.byteOffset).getBigUint64(0, true));
    const error = this.answerRate(rate);
    this.trace.push(
      `ioctl ${fd} IOSSIOSPEED (0x${request.toString(16)}, 8 bytes) ${rate} = ${error ?? 0}`,
    );
    if (error !== undefined) return -this.facts.constant(error);
    this.customRates.push(rate);
    for (const name of ["c_ispeed", "c_ospeed"]) {
      this.facts.write(this.termios, "termios", name, rate);
    }
    return 0;
  }

  override ioctlValue(fd: number, request: number, value: number): number {
    if (request === this.facts.constant("TIOCEXCL") && this.isMarked) {
      this.trace.push(`ioctl ${fd} TIOCEXCL (0x${request.toString(16)}) = EBUSY`);
      return -this.facts.constant("EBUSY");
    }
    return super.ioctlValue(fd, request, value);
  }

  /** Rate in force. */
  get rate(): number {
    return this.facts.read(this.termios, "termios", "c_ospeed");
  }
}
