// The permissions of a hub's user, as docs/cluster.md has them, and attempts to go beyond them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../packages/hub/package.json", import.meta.url));
const { connect, usernamePasswordAuthenticator } = require("@nats-io/transport-node");
const GUIDE = new URL("../../docs/cluster.md", import.meta.url);
/** The networks of the tests; the guide has one. */
const NETWORKS = ["plant", "scope"];

/** Reads the permissions from the guide, for another hub. */
export function permissionsOf(hub) {
  const text = readFileSync(GUIDE, "utf8");
  const [, block] = /permissions: (\{[\s\S]*?\n {4}\})/.exec(text);
  const lines = block.split("\n").flatMap((line) => {
    if (!line.includes("plant")) return [line];
    return NETWORKS.map((network) =>
      (network === "plant" ? line : line.replaceAll("plant", network)).replace(/([^,[])$/, "$1,"),
    );
  });
  return lines.join("\n").replaceAll("gateway", hub);
}

/** Connects as a hub does, and tries things. */
export async function connectAs(servers, user, password) {
  const connection = await connect({
    servers: servers.direct,
    authenticator: usernamePasswordAuthenticator(user, password),
  });
  const refusals = [];
  void (async () => {
    for await (const { type, error } of connection.status())
      if (type === "error") refusals.push(error.message);
  })();
  const after = async (action) => {
    refusals.length = 0;
    action();
    await connection.flush();
    await connection.flush();
    return refusals.some((message) => /permissions violation/i.test(message));
  };
  return {
    isRefused: (subject) => after(() => connection.publish(subject, "{}")),
    isSubscriptionRefused: (subject) =>
      after(() => connection.subscribe(subject, { callback: () => undefined })),
    close: () => connection.close(),
  };
}
