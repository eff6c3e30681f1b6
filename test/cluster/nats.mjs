// The test's own connection to the servers, as an operator's.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../packages/hub/package.json", import.meta.url));
const { connect } = require("@nats-io/transport-node");
const { jetstreamManager } = require("@nats-io/jetstream");

/** Calls back with a manager of streams. */
export async function manage(servers, use, options = {}) {
  const connection = await connect({ servers: servers.direct, ...options });
  try {
    return await use(await jetstreamManager(connection, { timeout: 3000, checkAPI: false }));
  } finally {
    await connection.close();
  }
}

/** Index of the server that leads the stream of a network; `undefined` while there is none. */
export async function leaderOf(servers, network) {
  try {
    return await manage(servers, async (manager) => {
      const { cluster } = await manager.streams.info(`anyserial-${network}`);
      return cluster?.leader === undefined || cluster.leader === ""
        ? undefined
        : Number(cluster.leader.slice(1));
    });
  } catch {
    return undefined;
  }
}
