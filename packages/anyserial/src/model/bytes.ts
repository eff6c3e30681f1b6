// The type of received bytes. Apart, since TypeScript names it in two ways.

/**
 * Bytes in memory that is not shared with another thread: `Uint8Array<ArrayBuffer>` from TypeScript 5.7
 * on, `Uint8Array` before.
 */
export type Bytes = ReturnType<Uint8Array["slice"]>;
