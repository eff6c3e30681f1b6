// Panel Captures: recordings that the page starts, stops, lists and fetches.
import { deepEqual, equal, match } from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { readCapture } from "../../packages/hub/dist/capture.js";
import { closeBrowser, download, openPage } from "./chromium.mjs";
import { ports, TestHub } from "./hub.mjs";
import { noPySerial, pySerial } from "./programs.mjs";

after(closeBrowser);

const NETWORKS = { plant: { members: ports(["meter", "logger"]) } };

test("a recording is started, stopped, listed and fetched", { skip: noPySerial }, async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const program = await pySerial(t, hub, "meter");
  const page = await openPage(t, hub.http, { panel: "Captures", token: hub.token });
  await page.getByText("There are no recordings.").waitFor();

  await page.getByRole("button", { name: "Start recording" }).click();
  await page.getByText(/^recording to .*anyserial-\d{8}-\d{6}\.pcapng$/).waitFor();
  program.say("recorded\n");
  await page.getByRole("tab", { name: "Traffic" }).click();
  await page.getByText("recorded\\n").waitFor();
  await page.getByRole("tab", { name: "Captures" }).click();
  await page.getByRole("button", { name: "Stop recording" }).click();
  await page.getByRole("button", { name: "Start recording" }).waitFor();
  const file = await download(page, page.getByRole("button", { name: /^Download anyserial-/ }));

  match(file.name, /^anyserial-\d{8}-\d{6}\.pcapng$/);
  equal(statSync(hub.path(file.name)).mode & 0o777, 0o600);
  deepEqual(file.bytes, readFileSync(hub.path(file.name)));
  const copy = hub.path("copy.pcapng");
  writeFileSync(copy, file.bytes);
  const said = [];
  for await (const { bytes, event } of readCapture(copy)) {
    if (event === "received") said.push(Buffer.from(bytes).toString());
  }
  equal(said.join(""), "recorded\n");
});

test("a recording has the name that the user gives, and a wrong name starts none", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const allowed = [/status of 400/];
  const page = await openPage(t, hub.http, { panel: "Captures", token: hub.token, allowed });
  const name = page.getByLabel("Name, if you like");
  const start = page.getByRole("button", { name: "Start recording" });
  const files = () => readdirSync(hub.folder).filter((file) => file.endsWith(".pcapng"));

  for (const wrong of ["../stolen", "<img src=x onerror=alert(1)>", "a.b"]) {
    await name.fill(wrong);
    await start.click();
    await page.getByRole("alert").getByText("use up to 40 letters").waitFor();
  }
  deepEqual(files(), []);
  await name.fill(" Prüfstand 4 ");
  await start.click();
  await page.getByText(/^recording to .*-Prüfstand 4\.pcapng$/).waitFor();
  await page.getByRole("button", { name: "Stop recording" }).click();
  const file = await download(page, page.getByRole("button", { name: /-Prüfstand 4\.pcapng$/ }));

  match(file.name, /^anyserial-\d{8}-\d{6}-Prüfstand 4\.pcapng$/);
  deepEqual(files(), [file.name]);
  equal(await page.getByRole("alert").count(), 0);
});

test("without the token no recording is started", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const page = await openPage(t, hub.http, { panel: "Captures" });

  await page.getByText("Enter the token, at the top of the page").waitFor();

  equal(await page.getByRole("button", { name: "Start recording" }).isDisabled(), true);
  deepEqual(
    readdirSync(hub.folder).filter((name) => name.endsWith(".pcapng")),
    [],
  );
});
