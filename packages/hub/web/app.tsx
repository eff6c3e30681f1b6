// The page: its header, its tabs, and the panels that were opened so far.

import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CapturesPanel } from "./captures/captures-panel.tsx";
import { ConfigurationPanel } from "./configuration/configuration-panel.tsx";
import { EventsPanel } from "./events/events-panel.tsx";
import { NetworksPanel } from "./networks/networks-panel.tsx";
import { Header } from "./parts/header.tsx";
import { Tabs } from "./parts/tabs.tsx";
import { PlotPanel } from "./plot/plot-panel.tsx";
import { TerminalPanel } from "./terminal/terminal-panel.tsx";
import { TrafficPanel } from "./traffic/traffic-panel.tsx";

const PANELS: Readonly<Record<string, ComponentType<{ readonly isShown: boolean }>>> = {
  Networks: NetworksPanel,
  Traffic: TrafficPanel,
  Terminal: TerminalPanel,
  Plot: PlotPanel,
  Events: EventsPanel,
  Captures: CapturesPanel,
  Configuration: ConfigurationPanel,
};
const NAMES = Object.keys(PANELS);

export function App() {
  const [current, setCurrent] = useState(panelOfAddress);
  /** A terminal or a plot goes on while another panel is shown. */
  const opened = useRef(new Set<string>());
  opened.current.add(current);
  useEffect(() => {
    const onChange = (): void => setCurrent(panelOfAddress());
    window.addEventListener("hashchange", onChange);
    return () => window.removeEventListener("hashchange", onChange);
  }, []);
  return (
    <>
      <Header />
      <Tabs
        names={NAMES}
        current={current}
        onChoose={(name) => {
          location.hash = name.toLowerCase();
        }}
      />
      <main>
        {NAMES.filter((name) => opened.current.has(name)).map((name) => {
          const Panel = PANELS[name] ?? NetworksPanel;
          return (
            <div
              key={name}
              class="panel"
              id={`panel-${name}`}
              role="tabpanel"
              aria-labelledby={`tab-${name}`}
              hidden={name !== current}
            >
              <Panel isShown={name === current} />
            </div>
          );
        })}
      </main>
    </>
  );
}

/** The panel that the address names: a reload keeps it. */
function panelOfAddress(): string {
  const wanted = location.hash.slice(1).toLowerCase();
  return NAMES.find((name) => name.toLowerCase() === wanted) ?? "Networks";
}
