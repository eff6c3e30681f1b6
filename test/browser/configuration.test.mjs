// Panel Configuration: the file, its reload by a button, and problems by line and field.
import { equal, match } from "node:assert/strict";
import { after, test } from "node:test";
import { closeBrowser, openPage, showPanel } from "./chromium.mjs";
import { ports, TestHub } from "./hub.mjs";

after(closeBrowser);

const NETWORKS = { plant: { members: ports(["meter", "logger"]) } };

test("the file is reloaded by a button with the token", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const page = await openPage(t, hub.http, { panel: "Configuration", token: hub.token });
  await page.getByLabel("The configuration in force").getByText("logger:").waitFor();
  hub.write({ networks: { plant: { members: ports(["meter", "logger", "third"]) } } });

  await page.getByRole("button", { name: "Reload the file" }).click();

  await page.getByText("Reloaded.").waitFor();
  await page.getByLabel("The configuration in force").getByText("third:").waitFor();
  await page.getByLabel("The file").getByText('"third": {').waitFor();
  await showPanel(page, "Events");
  const events = page.getByLabel("List of events");
  await events.getByText("configuration reloaded: added plant/third").waitFor();
  await showPanel(page, "Networks");
  await page.locator("tr[data-member=third]").waitFor();
});

test("problems of a reload are shown by line and field, and nothing changes", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const allowed = [/status of (400|500)/];
  const page = await openPage(t, hub.http, { panel: "Configuration", token: hub.token, allowed });
  hub.write("networks:\n  plant:\n    topologie: ring\n    members:\n      meter: { port: 7 }\n");

  await page.getByRole("button", { name: "Reload the file" }).click();

  const problems = page.getByRole("table", { name: "Nothing was changed" });
  await problems.waitFor();
  const rows = await problems.locator("tbody tr").allInnerTexts();
  match(rows[0], /^3 topologie: ring\tnetworks\.plant\.topologie\t.*\t.*topology/);
  match(rows.join("\n"), /5 meter: \{ port: 7 \}\tnetworks\.plant\.members\.meter\.port\t/);
  equal((await hub.status()).networks[0].members.length, 2);
});

test("without the token the file is shown and cannot be reloaded", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const page = await openPage(t, hub.http, { panel: "Configuration" });

  await page.getByLabel("The file").getByText('"tokenFile": "./token"').waitFor();

  equal(await page.getByRole("button", { name: "Reload the file" }).isDisabled(), true);
});
