// Keeps a test file running while it waits for what keeps no process alive, such as `closed` of a port.

/**
 * Keeps the process alive until the file ends.
 *
 * @param file node:test's `after`.
 */
export function stayAlive(file: { readonly after: (run: () => void) => void }): void {
  const timer = setInterval(() => undefined, 1000);
  file.after(() => clearInterval(timer));
}
