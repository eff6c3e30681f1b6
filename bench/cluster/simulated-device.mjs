// A member of a simulated hub: says so many numbered lines a second, and checks those of the other hub. What it
// counts is in `globalThis.simulation`, since all hubs run in one process.
import { defineDevice } from "../../packages/hub/dist/index.js";

export const device = defineDevice({
  onStart({ options: { name }, send, signal }) {
    const { totals, linesPerSecond } = globalThis.simulation;
    let number = 0;
    const say = () => {
      if (!globalThis.simulation.isRunning) return;
      totals.sent++;
      void send(`${name} ${++number} ${Date.now()}\n`);
    };
    // Spread over the second, so that not all hubs speak at once.
    const first = setTimeout(
      () => {
        const timer = setInterval(say, 1000 / linesPerSecond);
        signal.addEventListener("abort", () => clearInterval(timer));
      },
      Math.random() * (1000 / linesPerSecond),
    );
    signal.addEventListener("abort", () => clearTimeout(first));
  },
  onMessage(message) {
    const { totals, seen, latencies } = globalThis.simulation;
    const [name, text, sentAt] = Buffer.from(message).toString().trimEnd().split(" ");
    const number = Number(text);
    const expected = (seen.get(name) ?? 0) + 1;
    if (number < expected) totals.repeated++;
    else {
      totals.missing += number - expected;
      seen.set(name, number);
    }
    totals.received++;
    latencies.push(Date.now() - Number(sentAt));
  },
});
