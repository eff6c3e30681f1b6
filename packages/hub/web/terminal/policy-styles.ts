// xterm.js makes style elements and style attributes, which the page's policy does not allow. From here on it
// gets elements that make the same styles in ways that are allowed: constructed style sheets, and properties.

let isInstalled = false;

/** Replaces `document.createElement`, which only xterm.js calls for these. */
export function allowStyles(): void {
  if (isInstalled) return;
  isInstalled = true;
  const create = document.createElement.bind(document);
  const createAllowed = (tag: string, options?: ElementCreationOptions): HTMLElement => {
    if (tag === "style") return styleFrom(create("span"));
    const element = create(tag, options);
    if (tag === "span") allowAttribute(element);
    return element;
  };
  document.createElement = createAllowed as typeof document.createElement; // of every tag
}

/** The attribute sets the properties. */
function allowAttribute(element: HTMLElement): void {
  const setAttribute = element.setAttribute.bind(element);
  element.setAttribute = (name: string, value: string): void => {
    if (name === "style") element.style.cssText = value;
    else setAttribute(name, value);
  };
}

/** An element without effect, whose text becomes a style sheet while it is in the page. */
function styleFrom(element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  element.hidden = true;
  element.remove = (): void => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(element);
  };
  Object.defineProperty(element, "textContent", {
    get: () => "",
    set: (text: string) => sheet.replaceSync(text),
  });
  return element;
}
