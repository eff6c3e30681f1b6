// Credentials, certificates and permissions: what is refused, how it is reported, and that no secret is shown.
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { HubProcess, pause, until } from "./hubs.mjs";
import { manage } from "./nats.mjs";
import { connectAs, permissionsOf } from "./permissions.mjs";
import { Servers } from "./servers.mjs";

const NETWORKS = { plant: { shared: "durable" }, scope: { shared: "live" } };
const SECRET = "correct-horse-battery";

function folderOf(t) {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-secure-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function serversOf(t, options) {
  const servers = new Servers(options);
  t.after(() => servers.close());
  await servers.start();
  return servers;
}

async function hubOf(t, { name, folder, cluster, networks = NETWORKS }) {
  const hub = new HubProcess(name, { folder, cluster, networks });
  t.after(() => hub.close());
  await hub.start();
  return hub;
}

function shownBy(hub, snapshot) {
  return JSON.stringify([hub.events, snapshot]);
}

test("a hub with a wrong password reports it once, shows no password, and goes on by itself when it is right", async (t) => {
  const folder = folderOf(t);
  const extra = `authorization { users: [{ user: a, password: "${SECRET}" }] }`;
  const servers = await serversOf(t, { extra });
  writeFileSync(join(folder, "password"), "wrong-horse");
  const cluster = { servers: await servers.addresses("a"), user: "a", passwordFile: "password" };

  const hub = await hubOf(t, { name: "a", folder, cluster });
  const error = await hub.event("cluster-error");
  await pause(2);
  equal(hub.events.filter(({ type }) => type === "cluster-error").length, 1);
  equal(error.code, "ERR_HUB_CLUSTER_CREDENTIALS");
  writeFileSync(join(folder, "password"), `${SECRET}\n`);
  await hub.up();

  doesNotMatch(shownBy(hub, await hub.snapshot()), /horse/);
});

/** A certificate for this machine, valid for so many days. */
function certify(folder, name, days) {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const times =
    days > 0
      ? ["-days", String(days)]
      : ["-not_before", "20200101000000Z", "-not_after", "20200102000000Z"];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  try {
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        key,
        "-out",
        cert,
        ...times,
        ...subject,
      ],
      { stdio: "ignore" },
    );
  } catch {
    return expired(folder, { key, cert });
  }
  return { key, cert };
}

/** An older openssl has no dates in `req`. */
function expired(folder, { key, cert }) {
  const [request, config] = [join(folder, "request"), join(folder, "ca.conf")];
  writeFileSync(join(folder, "index"), "");
  writeFileSync(join(folder, "serial"), "01");
  writeFileSync(
    config,
    `[ca]\ndefault_ca=own\n[own]\ndatabase=${join(folder, "index")}\nserial=${join(folder, "serial")}\nnew_certs_dir=${folder}\ndefault_md=sha256\npolicy=any\nx509_extensions=names\n[any]\ncommonName=supplied\n[names]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=CA:true\n`,
  );
  execFileSync(
    "openssl",
    [
      "req",
      "-new",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      key,
      "-out",
      request,
      "-subj",
      "/CN=127.0.0.1",
    ],
    { stdio: "ignore" },
  );
  execFileSync(
    "openssl",
    [
      "ca",
      "-batch",
      "-selfsign",
      "-config",
      config,
      "-keyfile",
      key,
      "-in",
      request,
      "-out",
      cert,
      "-startdate",
      "20200101000000Z",
      "-enddate",
      "20200102000000Z",
      "-notext",
    ],
    { stdio: "ignore" },
  );
  return { key, cert };
}

const tlsOf = ({ cert, key }) => `tls { cert_file: "${cert}", key_file: "${key}" }`;

test("a hub connects by TLS to servers that it trusts, and to no others", async (t) => {
  const folder = folderOf(t);
  const [good, other] = [certify(folder, "good", 2), certify(folder, "other", 2)];
  const servers = await serversOf(t, { extra: tlsOf(good) });
  const addresses = await servers.addresses("a", "tls");
  const trusting = await hubOf(t, {
    name: "a",
    folder,
    cluster: { servers: addresses, tls: { ca: good.cert } },
  });
  const wary = await hubOf(t, {
    name: "b",
    folder,
    cluster: { servers: addresses, tls: { ca: other.cert } },
  });

  await trusting.up();
  equal((await wary.event("cluster-error")).code, "ERR_HUB_CLUSTER_TLS");
  equal((await wary.snapshot()).cluster.up, false);
});

test("a hub refuses a server whose certificate has expired", async (t) => {
  const folder = folderOf(t);
  const old = certify(folder, "old", 0);
  const servers = await serversOf(t, { extra: tlsOf(old) });
  const cluster = { servers: await servers.addresses("a", "tls"), tls: { ca: old.cert } };

  const hub = await hubOf(t, { name: "a", folder, cluster });
  const { code, message } = await hub.event("cluster-error");

  equal(code, "ERR_HUB_CLUSTER_TLS");
  match(message, /expired/);
});

test("a hub refuses a server without TLS where its address says tls", async (t) => {
  const folder = folderOf(t);
  const servers = await serversOf(t);
  const hub = await hubOf(t, {
    name: "a",
    folder,
    cluster: { servers: await servers.addresses("a", "tls") },
  });

  equal((await hub.event("cluster-error")).code, "ERR_HUB_CLUSTER_TLS");
});

test("the permissions of the guide let a hub work, and refuse everything under another name", async (t) => {
  const folder = folderOf(t);
  const users = ["gateway", "office"].map(
    (name) => `{ user: ${name}, password: "${SECRET}", permissions: ${permissionsOf(name)} }`,
  );
  const extra = `authorization { users: [{ user: root, password: root }, ${users.join(", ")}] }`;
  const servers = await serversOf(t, { extra });
  writeFileSync(join(folder, "password"), SECRET);
  const hubs = [];
  for (const name of ["gateway", "office"]) {
    const cluster = {
      servers: await servers.addresses(name),
      user: name,
      passwordFile: "password",
    };
    hubs.push(await hubOf(t, { name, folder, cluster }));
  }
  const [gateway, office] = hubs;

  await Promise.all(hubs.map((hub) => hub.up()));
  for (const network of ["plant", "scope"]) {
    await until(`office receives on ${network}`, () => {
      gateway.app(network).send("gateway");
      return office.app(network).numbersOf("gateway").length > 0;
    });
  }
  await until("each knows the other", async () => {
    const all = await Promise.all(hubs.map((hub) => hub.snapshot()));
    return all.every(({ cluster }) => cluster.hubs.length === 1);
  });
  const problems = hubs.flatMap(({ events }) =>
    events.filter(({ type }) => type === "cluster-error").map(({ message }) => message),
  );
  deepEqual(
    problems.filter((message) => message.includes("permit")),
    [],
  );

  const refused = [
    "anyserial.live.scope.office",
    "anyserial.durable.plant.office",
    "anyserial.event.plant.office",
    "$KV.anyserial-hubs.office",
    "$JS.API.STREAM.DELETE.anyserial-plant",
    "$JS.API.STREAM.PURGE.anyserial-plant",
    "$JS.API.STREAM.MSG.DELETE.anyserial-plant",
  ];
  const intruder = await connectAs(servers, "gateway", SECRET);
  t.after(() => intruder.close());
  for (const subject of refused) ok(await intruder.isRefused(subject), subject);
  ok(!(await intruder.isRefused("anyserial.live.scope.gateway")));
  ok(await intruder.isSubscriptionRefused("anyserial.live.other.*"));
  equal(
    await manage(
      servers,
      async (manager) => (await manager.streams.info("anyserial-plant")).config.name,
      { user: "root", pass: "root" },
    ),
    "anyserial-plant",
  );
});
