// Panels Networks and Events: who is there, who is stalled, and 256 members.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, test } from "node:test";
import { closeBrowser, openPage, showPanel } from "./chromium.mjs";
import { atEnd } from "./ending.mjs";
import { ports, TestHub } from "./hub.mjs";
import { noPicocom, noPySerial, picocom, pySerial } from "./programs.mjs";

after(closeBrowser);

const BUS = { plant: { framing: "line", members: ports(["meter", "logger"]) } };
const rowOf = (page, member) => page.locator(`tr[data-member="${member}"]`);
const boxOf = (page, member) =>
  page.locator("g.member").filter({ has: page.getByText(member, { exact: true }) });

test("a member's program, settings and rate are shown", {
  skip: noPicocom || noPySerial,
}, async (t) => {
  const hub = await TestHub.start(t, BUS);
  const page = await openPage(t, hub.http, { panel: "Networks" });
  const reader = await picocom(t, hub, "logger");
  const writer = await pySerial(t, hub, "meter");

  await rowOf(page, "logger").getByText(`picocom ${reader.pid}`).waitFor();
  await rowOf(page, "meter").getByText(`python3 ${writer.pid}`).waitFor();
  await rowOf(page, "meter").getByText("9600 8N1").waitFor();
  const timer = setInterval(() => writer.say(`${"x".repeat(99)}\n`), 20);
  atEnd(t, () => clearInterval(timer));

  await rowOf(page, "meter")
    .getByText(/^[1-9][\d.]* k?B\/s$/)
    .waitFor();
  await boxOf(page, "meter")
    .getByText(/^↗ [1-9][\d.]* k?B\/s$/)
    .waitFor();
  await boxOf(page, "logger")
    .getByText(/^↙ [1-9][\d.]* k?B\/s$/)
    .waitFor();
  await rowOf(page, "logger").locator("polyline[points*=' ']").waitFor({ state: "attached" });
  equal(await boxOf(page, "meter").getAttribute("class"), "member open member");
});

test("a member without an application is absent, and there when one comes", {
  skip: noPicocom,
}, async (t) => {
  const hub = await TestHub.start(t, BUS);
  const page = await openPage(t, hub.http, { panel: "Networks" });

  await rowOf(page, "meter").getByText("absent").waitFor();
  const program = await picocom(t, hub, "meter");
  await rowOf(page, "meter").getByText("open", { exact: true }).waitFor();
  await program.end("SIGKILL");
  await rowOf(page, "meter").getByText("absent").waitFor();

  await showPanel(page, "Events");
  const events = page.getByLabel("List of events");
  await events.getByText("opened").waitFor();
  await events.getByText("closed").waitFor();
});

test("a stalled member turns red, and recovers", { skip: noPicocom }, async (t) => {
  const members = ports(["meter", "logger"], { queue: "4KiB", stallAfterMs: 100 });
  const hub = await TestHub.start(t, { plant: { members } });
  const page = await openPage(t, hub.http, { panel: "Networks" });
  const reader = await picocom(t, hub, "logger");
  const writer = await hub.open("meter");
  const colors = () =>
    rowOf(page, "logger").evaluate((row) => {
      const style = getComputedStyle(row.querySelector("td"));
      const rect = document.querySelectorAll("g.member rect")[1];
      return [style.backgroundColor, getComputedStyle(rect).stroke];
    });

  reader.kill("SIGSTOP");
  await writer.send(Buffer.alloc(100_000, "x"));
  await page.locator("tr.stalled[data-member=logger]").waitFor();
  await rowOf(page, "logger")
    .getByText(/not read for \d+ s/)
    .waitFor();
  const red = await colors();
  await showPanel(page, "Events");
  await page
    .getByLabel("List of events")
    .getByText(/stalled: .* wait, nothing is read/)
    .waitFor();
  reader.kill("SIGCONT");
  await showPanel(page, "Networks");
  await page.locator("tr.open[data-member=logger]").waitFor();
  const normal = await colors();
  await showPanel(page, "Events");
  await page
    .getByLabel("List of events")
    .getByText(/read again after/)
    .waitFor();

  deepEqual(red, ["rgb(253, 236, 235)", "rgb(180, 35, 24)"]);
  deepEqual(normal, ["rgba(0, 0, 0, 0)", "rgb(213, 218, 225)"]);
  const counters = page.locator(".counters");
  match(
    await counters.innerText(),
    /Messages\n+[\d,]+\n+Bytes sent\n+100 kB\n+Lost\n+[1-9][\d.]* kB\n+Stalls\n+[1-9]\d*$/,
  );
  const lost = counters.getByRole("img", { name: "Lost in the last minute" });
  await lost.locator("polyline[points*=' ']").waitFor({ state: "attached" });
  ok((await counters.boundingBox()).height < 60, "the counters are one line");
  await page.locator("#panel-Events").getByLabel("Filter").fill("read again");
  match(await page.locator(".events").innerText(), /read again after/);
  equal(await page.locator(".events li").count(), 1);
});

test("256 members can be sorted, filtered and looked at", async (t) => {
  const names = Array.from({ length: 256 }, (_, at) => `m${at}`);
  const hub = await TestHub.start(t, { plant: { members: ports(names) } });
  const writer = await hub.open("m200");
  const page = await openPage(t, hub.http, { panel: "Networks" });
  const first = () => page.locator("tbody tr").first().getAttribute("data-member");

  await page.getByText("256 of 256").waitFor();
  equal(await page.getByRole("img", { name: "256 members of plant" }).locator("span").count(), 256);
  await page.getByRole("button", { name: "Member", exact: true }).click();
  await page.getByRole("button", { name: /^Member/ }).click();
  equal(await first(), "m255");
  const timer = setInterval(() => void writer.send(Buffer.alloc(500)), 50);
  atEnd(t, () => clearInterval(timer));
  await page.getByRole("button", { name: "Sends" }).click();
  await page.getByRole("button", { name: /^Sends/ }).click();
  await page.locator("tbody tr:first-child[data-member=m200]").waitFor();
  await page.getByLabel("Filter").fill("/m25");
  await page.getByText("7 of 256").waitFor();

  const blocked = await page.evaluate(async () => {
    let longest = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    });
    observer.observe({ type: "longtask" });
    document.querySelector("input[type=search]").value = "";
    document.querySelector("input[type=search]").dispatchEvent(new InputEvent("input"));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    return longest;
  });
  t.diagnostic(`longest task with 256 rows in 3 s: ${Math.round(blocked)} ms`);
});
