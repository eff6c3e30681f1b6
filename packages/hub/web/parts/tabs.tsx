// The row of panels to choose from; the arrow keys move in it.

import { useEffect, useRef } from "preact/hooks";

interface TabsProps {
  readonly names: readonly string[];
  readonly current: string;
  readonly onChoose: (name: string) => void;
}

export function Tabs({ names, current, onChoose }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On a narrow screen the row scrolls: the address may name a tab that is out of sight.
    list.current?.querySelector(`#tab-${current}`)?.scrollIntoView({ block: "nearest" });
  }, [current]);
  // From the tab that has the focus: the address, and with it `current`, changes only after the key.
  const move = (event: KeyboardEvent, from: string): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = names[(names.indexOf(from) + step + names.length) % names.length];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    onChoose(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <nav aria-label="Panels">
      <div role="tablist" ref={list}>
        {names.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === current}
            aria-controls={`panel-${name}`}
            tabIndex={name === current ? 0 : -1}
            onClick={() => onChoose(name)}
            onKeyDown={(event) => move(event, name)}
          >
            {name}
          </button>
        ))}
      </div>
    </nav>
  );
}
