// LineErrorCounts: errors on a line, by kind. Pure data.

/** Errors on the line, counted since the driver was loaded. */
export interface LineErrorCounts {
  /** Characters without a valid stop bit. */
  readonly framing: number;
  /** Characters with the wrong parity. */
  readonly parity: number;
  /** Characters lost in the hardware. */
  readonly overrun: number;
  /** Breaks received. */
  readonly break: number;
  /** Characters lost because the kernel's buffer was full. */
  readonly bufferOverflow: number;
}
