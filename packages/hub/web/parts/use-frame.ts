// Draws a component at most once a frame, however often its data changes.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/**
 * @param isShown Without it the component is left as it is.
 * @returns Asks for the component to be drawn with the next frame.
 */
export function useFrame(isShown: boolean): () => void {
  const [, draw] = useState(0);
  const pending = useRef(0);
  useEffect(() => () => cancelAnimationFrame(pending.current), []);
  return useCallback(() => {
    if (!isShown || pending.current !== 0) return;
    pending.current = requestAnimationFrame(() => {
      pending.current = 0;
      draw((count) => count + 1);
    });
  }, [isShown]);
}
