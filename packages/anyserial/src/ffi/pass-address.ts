// Memory that is passed again and again, as one buffer is to read(2), or one part of it after the other: its address is
// asked for once, and a call with a number costs a sixth less than one with a view.

/** Longer buffers are not kept from the collector for the sake of their address, in bytes. */
const LONGEST_REMEMBERED = 65_536;

/** A bound function that takes an address where its caller has a view. */
export type AddressCall = (first: number, address: number, third: number) => unknown;

/**
 * Makes a function of three parameters, memory second, take a view.
 *
 * @param call The function.
 * @param addressOf Finds where a view's bytes are; they stay there.
 * @returns The same function with a view. As in C, the caller must not pass memory that the call
 *   may not touch: a view whose buffer was transferred has length 0.
 */
export function passAddress(
  call: AddressCall,
  addressOf: (view: Uint8Array) => bigint,
): (first: number, view: Uint8Array, third: number) => unknown {
  let last: ArrayBufferLike | undefined;
  let lastAddress = 0;
  return (first, view, third) => {
    const { buffer, byteOffset } = view;
    if (buffer === last) return call(first, lastAddress + byteOffset, third);
    const address = Number(addressOf(view));
    if (buffer.byteLength <= LONGEST_REMEMBERED) {
      last = buffer;
      lastAddress = address - byteOffset;
    }
    return call(first, address, third);
  };
}
