// The change from light to dark and back, for what is drawn with colors that were read once.

/** Calls a function after each change. @returns Ends that. */
export function onSchemeChange(listener: () => void): () => void {
  const isDark = matchMedia("(prefers-color-scheme: dark)");
  isDark.addEventListener("change", listener);
  return () => isDark.removeEventListener("change", listener);
}
