// What a test that failed has to say: the links and the events of every hub, the streams, the ends of the servers' logs.
import { manage } from "./nats.mjs";

const EVENTS = 40;
const LOG_LINES = 30;
const ANSWER_MS = 3000;

/** Describes hubs and servers as they are now. Never fails. */
export async function reportOf({ hubs, servers }) {
  const parts = [];
  for (const hub of hubs) {
    parts.push(`hub ${hub.name}: ${await answerOf(hub.snapshot().then(({ cluster }) => cluster))}`);
    const events = hub.events.filter(({ type }) => /^(cluster|hub|gap|link)/.test(type));
    parts.push(...events.slice(-EVENTS).map((event) => `  ${JSON.stringify(event)}`));
  }
  parts.push(`streams: ${await answerOf(manage(servers, streamsOf))}`);
  for (const [index, log] of servers.logs.entries()) {
    parts.push(`server n${index}:`, ...log.trimEnd().split("\n").slice(-LOG_LINES));
  }
  return parts.join("\n");
}

async function streamsOf(manager) {
  const streams = await manager.streams.list().next();
  return streams.map(({ config, created, state, cluster }) => {
    const { first_seq: first, last_seq: last, consumer_count: consumers } = state;
    return { name: config.name, created, first, last, consumers, cluster };
  });
}

/** A process that is stopped, or a server that is dead, answers nothing. */
async function answerOf(promise) {
  const late = new Promise((resolve) => setTimeout(resolve, ANSWER_MS, "no answer").unref());
  return JSON.stringify(await Promise.race([promise, late]).catch(({ message }) => message));
}
