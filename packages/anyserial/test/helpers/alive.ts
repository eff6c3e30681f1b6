// Waiting for what does not keep a process alive: an idle port, for instance.

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
