// Memory that a program takes away from under a call: it is gone when the call continues.

/** A view, and a function that takes its memory away. */
interface Losable {
  readonly view: Uint8Array;
  lose(): void;
}

/** An `ArrayBuffer` that can be resized; the types of ES2023 do not know them. */
export interface ResizableBuffer extends ArrayBuffer {
  resize(length: number): void;
}

/** Makes one. */
export function resizableBuffer(length: number, most: number = length): ResizableBuffer {
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: { readonly maxByteLength: number },
  ) => ResizableBuffer;
  return new Resizable(length, { maxByteLength: most });
}

/** The types of Node.js do not know it. */
declare const WebAssembly: {
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum: number;
  }) => { readonly buffer: ArrayBuffer; grow(pages: number): number };
};

/** The ways to lose memory, each by its name; a view has `length` bytes before. */
export const LOSSES: readonly (readonly [string, (length: number) => Losable])[] = [
  [
    "transferred",
    (length) => {
      const memory = new ArrayBuffer(length);
      const lose = (): void => void structuredClone(memory, { transfer: [memory] });
      return { view: new Uint8Array(memory), lose };
    },
  ],
  [
    "shrunk to nothing",
    (length) => {
      const memory = resizableBuffer(length);
      return { view: new Uint8Array(memory), lose: () => memory.resize(0) };
    },
  ],
  [
    "shrunk below a view of fixed length",
    (length) => {
      const memory = resizableBuffer(length);
      return { view: new Uint8Array(memory, 0, length), lose: () => memory.resize(length - 1) };
    },
  ],
  [
    "that of a WebAssembly.Memory which grows",
    (length) => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
      return { view: new Uint8Array(memory.buffer, 0, length), lose: () => void memory.grow(1) };
    },
  ],
];
