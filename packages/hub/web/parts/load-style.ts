// Style sheets that are loaded on demand.

/** Loads a style sheet of the page, once. */
export function loadStyle(href: string): Promise<void> {
  const present = document.querySelector<HTMLLinkElement>(`link[href="${href}"]`);
  if (present !== null) return Promise.resolve();
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
  return new Promise((resolve) => {
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => resolve()); // it works without, if not as well
  });
}
