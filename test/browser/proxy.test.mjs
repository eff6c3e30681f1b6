// The page behind nginx, under a path, with the block of docs/web.md.
import { equal } from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { after, test } from "node:test";
import { until } from "../../tools/test-support/dist/until.js";
import { closeBrowser, openPage, showPanel } from "./chromium.mjs";
import { atEnd } from "./ending.mjs";
import { ports, TestHub } from "./hub.mjs";
import { noPicocom, picocom } from "./programs.mjs";

after(closeBrowser);

const NGINX = "/usr/sbin/nginx";
const noNginx = spawnSync(NGINX, ["-v"]).status !== 0 && `needs the program ${NGINX}`;
const PAGE = readFileSync(new URL("../../docs/web.md", import.meta.url), "utf8");

/** Runs nginx with the block of the documentation. @returns Its address. */
async function startNginx(t, hub) {
  const block = /```nginx\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "";
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  const config = `
    daemon off; pid ${hub.path("nginx.pid")}; error_log ${hub.path("nginx.log")};
    events {}
    http {
      access_log off;
      ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${hub.path("nginx-tmp")};`).join("\n")}
      server { listen 127.0.0.1:${port};
        ${block.replace("127.0.0.1:7070", new URL(hub.http).host)}
      }
    }`;
  writeFileSync(hub.path("nginx.conf"), config);
  const child = spawn(NGINX, ["-c", hub.path("nginx.conf"), "-e", hub.path("nginx.log")], {
    stdio: "ignore",
  });
  atEnd(t, async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
  });
  const http = `http://127.0.0.1:${port}`;
  await until("nginx answers", () =>
    fetch(http).then(
      () => true,
      () => false,
    ),
  );
  return http;
}

test("the page works under a path of nginx, with the token", {
  skip: noNginx || noPicocom,
}, async (t) => {
  const hub = await TestHub.start(t, {
    plant: { topology: "pair", members: ports(["app", "device"]) },
  });
  const program = await picocom(t, hub, "device");
  const http = `${await startNginx(t, hub)}/plant`;
  equal((await fetch(`${http}/config`)).status, 401);

  const page = await openPage(t, http, { token: hub.token });
  await showPanel(page, "Terminal");
  await page.getByLabel("Speak as").selectOption({ label: "plant/app" });
  await page.locator(".xterm-rows").waitFor();
  await page.locator(".screen").click();
  await page.keyboard.type("through nginx");
  await program.until("through nginx");
  program.say("and back\r");

  await page.locator(".xterm-rows").getByText("and back").waitFor();
  await showPanel(page, "Plot");
  await showPanel(page, "Configuration");
  await page.getByLabel("The file").getByText("tokenFile").waitFor();
});
