// A hub whose user has reached the limit of inotify: it works, and says so.

import { deepEqual, equal } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

/** A user namespace has limits of its own, which lets other tests of this user alone. */
const LIMITED = [
  ...["--user", "--map-root-user", "sh", "-c"],
  'echo 0 > /proc/sys/user/max_inotify_instances && exec "$0" "$@"',
];

const HUB = `
  import { mkdtempSync, readlinkSync, rmSync } from "node:fs";
  import { join } from "node:path";
  import { createHub } from ${JSON.stringify(import.meta.resolve("@anyserial/hub"))};
  import { openSerialPort } from ${JSON.stringify(import.meta.resolve("anyserial"))};
  const folder = mkdtempSync("/tmp/anyserial-hub-");
  const [a, b] = ["a", "b"].map((name) => join(folder, name));
  const errors = [];
  let restored;
  const isRestored = new Promise((resolve) => { restored = resolve; });
  const onEvent = (event) => {
    if (event.type === "error") errors.push(event.error.message);
    if (event.type === "link-restored") restored();
  };
  const networks = { net: { members: { a: { port: a }, b: { port: b } } } };
  const hub = await createHub({ networks }, { onEvent });
  const [one, other] = [await openSerialPort(a), await openSerialPort(b)];
  await one.send(Buffer.from("through"));
  let got = "";
  while (got.length < 7) got += Buffer.from(await other.receive()).toString();
  await Promise.all([one.close(), other.close()]);
  rmSync(a);
  await isRestored;
  const link = readlinkSync(a).slice(0, 9);
  await hub.close();
  rmSync(folder, { recursive: true });
  console.log(JSON.stringify({ got, link, errors: errors.length, kinds: new Set(errors).size }));
`;

const isLimited = spawnSync("unshare", [...LIMITED, "true"]).status === 0;

test("createHub() passes bytes on and keeps links without inotify, and reports it once for each kind", {
  skip: isLimited ? false : "there are no user namespaces here",
}, () => {
  const node = [process.execPath, "--input-type=module", "-e", HUB];
  const { stdout, stderr, status } = spawnSync("unshare", [...LIMITED, ...node], {
    encoding: "utf8",
  });

  equal(status, 0, stderr);
  const { errors, kinds, ...rest } = JSON.parse(stdout);
  deepEqual(rest, { got: "through", link: "/dev/pts/" });
  equal(errors, kinds, stderr);
  equal(errors >= 2, true, stderr); // presence, links, and reads of a slow application
});
