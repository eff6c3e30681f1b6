// Listens to an AbortSignal for many operations at once. Node.js warns of a leak when more than ten
// listeners wait on one signal, and one signal for all ports of a program is a normal design.

interface Waiting {
  readonly actions: Set<() => void>;
  readonly listener: () => void;
}

const waiting = new WeakMap<AbortSignal, Waiting>();

/**
 * Runs an action when a signal is aborted, if it is not aborted yet.
 *
 * @param signal Signal, of which one listener is taken however many actions wait.
 * @param action Runs once; must not throw.
 * @returns Takes the action back.
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  const { actions, listener } = waitingOn(signal);
  if (actions.size === 0) signal.addEventListener("abort", listener, { once: true });
  const own = (): void => action(); // the same action may wait twice
  actions.add(own);
  return () => {
    // Removed, so that a signal without waiters can be collected.
    if (actions.delete(own) && actions.size === 0) signal.removeEventListener("abort", listener);
  };
}

function waitingOn(signal: AbortSignal): Waiting {
  let known = waiting.get(signal);
  if (known === undefined) {
    const actions = new Set<() => void>();
    known = {
      actions,
      listener: () => {
        const now = [...actions];
        actions.clear();
        for (const action of now) action();
      },
    };
    waiting.set(signal, known);
  }
  return known;
}
