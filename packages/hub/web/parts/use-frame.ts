// Draws a component at most once a frame, however often its data changes.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** @returns Asks for the component to be drawn with the next frame. */
export function useFrame(): () => void {
  const [, draw] = useState(0);
  const pending = useRef(0);
  useEffect(() => () => cancelAnimationFrame(pending.current), []);
  return useCallback(() => {
    if (pending.current !== 0) return;
    pending.current = requestAnimationFrame(() => {
      pending.current = 0;
      draw((count) => count + 1);
    });
  }, []);
}
