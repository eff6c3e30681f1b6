// Keeps a process running while a test waits for a promise that does not: `closed` of an idle port.

const FOR_EVER_MS = 0x7fff_ffff;

/** Keeps the process alive until a promise settles. */
export async function alive<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, FOR_EVER_MS);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}

/** Keeps the process alive until the tests of a file have ended; `file` is node:test's `after`. */
export function stayAlive(file: { readonly after: (run: () => void) => void }): void {
  const timer = setInterval(() => undefined, FOR_EVER_MS);
  file.after(() => clearInterval(timer));
}
