// A hub in a process of its own, which the test can kill and stop. It reports events and answers questions by
// messages: `node hub-process.mjs CONFIG-AS-JSON FOLDER`.
import { createHub } from "../../packages/hub/dist/index.js";

const [config, directory] = process.argv.slice(2);
const hub = await createHub(JSON.parse(config), {
  directory,
  onEvent: (event) => process.send({ event: plain(event) }),
});

process.on("message", ({ id, ask, by }) => {
  if (ask === "snapshot") process.send({ id, answer: hub.snapshot() });
  else if (ask === "step") {
    const { now } = Date;
    Date.now = () => now() + by; // the wall clock of this process jumps
    process.send({ id, answer: true });
  } else hub.close().then(() => process.exit(0));
});
process.on("disconnect", () => process.exit(0));
process.send({ event: { type: "started" } });

function plain(event) {
  return "error" in event
    ? { ...event, error: undefined, message: event.error.message, code: event.error.code }
    : event;
}
