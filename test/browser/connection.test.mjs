// The stream of a page: lost and resumed without a gap, with a gap that is shown, and while the page is hidden.
import { deepEqual, equal } from "node:assert/strict";
import { after, test } from "node:test";
import { until } from "../../tools/test-support/dist/until.js";
import { Cable } from "./cable.mjs";
import { closeBrowser, openPage, showPanel } from "./chromium.mjs";
import { ports, TestHub } from "./hub.mjs";

after(closeBrowser);

const NETWORKS = { plant: { framing: "line", members: ports(["meter", "logger"]) } };
const LOST = [/net::ERR_/, /Failed to load resource/];

async function scene(t) {
  const hub = await TestHub.start(t, NETWORKS);
  const cable = await Cable.lay(t, hub.http);
  const page = await openPage(t, cable.http, { panel: "Traffic", allowed: LOST });
  const meter = await hub.open("meter");
  const say = (from, to) => {
    const lines = Array.from({ length: to - from }, (_, at) => `n ${from + at}\n`);
    return meter.send(Buffer.from(lines.join("")));
  };
  /** Numbers of all messages that the page has; a gap is `gap`. */
  const numbers = async () => {
    const rows = await page.locator(".row").allInnerTexts();
    return rows.map((row) =>
      row.includes("messages passed") ? "gap" : Number(/n (\d+)/.exec(row)?.[1]),
    );
  };
  return { hub, cable, page, say, numbers };
}

const range = (from, to) => Array.from({ length: to - from }, (_, at) => from + at);
const shown = (page, count) =>
  page.getByText(`${count} messages shown`, { exact: false }).waitFor();

test("a connection that is lost comes back without a gap", async (t) => {
  const { cable, page, say, numbers } = await scene(t);
  await say(0, 5);
  await shown(page, 5);

  cable.cut();
  await page.getByText("connection lost, trying again").waitFor();
  await say(5, 15);
  cable.mend();
  await page.getByText("live", { exact: true }).waitFor();
  await say(15, 18);

  await shown(page, 18);
  deepEqual(await numbers(), range(0, 18));
});

test("a connection that is silent is given up, and comes back without a gap", async (t) => {
  const { cable, page, say, numbers } = await scene(t);
  await say(0, 3);
  await shown(page, 3);

  cable.hold(true);
  await say(3, 6);
  await page.getByText("connection lost, trying again").waitFor();
  cable.hold(false);
  await page.getByText("live", { exact: true }).waitFor();
  await say(6, 8);

  await shown(page, 8);
  deepEqual(await numbers(), range(0, 8));
});

test("messages that the hub no longer has are a gap with their number", async (t) => {
  const { hub, cable, page, say, numbers } = await scene(t);
  await say(0, 3);
  await shown(page, 3);
  const before = (await readStream(hub)).id;

  cable.cut();
  await page.getByText("connection lost, trying again").waitFor();
  let sent = 3;
  await until("the hub has forgotten some", async () => {
    await say(sent, sent + 500);
    sent += 500;
    return (await readStream(hub, before)).lost > 0;
  });
  cable.mend();
  await page.getByText("live", { exact: true }).waitFor();
  await say(sent, sent + 1);

  await page.getByText(`n ${sent}\\n`).waitFor();
  await page.getByRole("listbox").evaluate((list) => list.scrollTo(0, 0));
  await page.getByText(/^[\d,]+ messages passed while the page was not connected$/).waitFor();
  deepEqual((await numbers()).slice(0, 4), [0, 1, 2, "gap"]);
});

/** The id and the loss in the first traffic of a stream that goes on behind an id. */
async function readStream({ http }, id) {
  const headers = id === undefined ? {} : { "last-event-id": id };
  const response = await fetch(`${http}/stream`, { headers });
  let text = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (id === undefined ? text.includes("\n\n") : /"lost":\d+/.test(text)) break;
  }
  return { id: /\nid: (\S+)/.exec(text)[1], lost: Number(/"lost":(\d+)/.exec(text)?.[1]) };
}

test("events that the hub no longer has are counted", async (t) => {
  const { hub, cable, page } = await scene(t);
  await showPanel(page, "Events");
  await page.getByLabel("List of events").getByText("opened").waitFor();

  cable.cut();
  await page.getByText("connection lost, trying again").waitFor();
  for (let count = 0; count < 512; count++) await hub.post("/reload", {});
  cable.mend();
  await page.getByText("live", { exact: true }).waitFor();

  await page.getByText("12 earlier events are missing").waitFor();
  await page.getByText(/^(\d+) of \1, the newest 500 are listed$/).waitFor();
  await page.locator("#panel-Events").getByLabel("Filter").fill("are missing");
  await page.locator(".events li.warning").getByText("12 events before this").waitFor();
});

test("a hub that was started anew is a gap of unknown size", async (t) => {
  const { hub, page, say } = await scene(t);
  await say(0, 2);
  await shown(page, 2);

  await hub.stop("SIGKILL");
  await page.getByText("connection lost, trying again").waitFor();
  await hub.run();
  await page.getByText("live", { exact: true }).waitFor();

  await page
    .getByText("An unknown number of messages passed while the page was not connected")
    .waitFor();
});

test("a hidden page disconnects, and shows what passed when it is visible again", async (t) => {
  const { cable, page, say, numbers } = await scene(t);
  await say(0, 2);
  await shown(page, 2);
  const hide = (isHidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, isHidden);

  await hide(true);
  await page.getByText("paused", { exact: true }).waitFor();
  await until("the page has no connection", () => cable.streams === 0);
  await say(2, 6);
  await hide(false);
  await page.getByText("live", { exact: true }).waitFor();

  await shown(page, 6);
  deepEqual(await numbers(), range(0, 6));
});

test("the panel of the address is shown again after a reload of the page", async (t) => {
  const { page } = await scene(t);
  await showPanel(page, "Events");

  await page.reload();

  equal(await page.getByRole("tab", { name: "Events" }).getAttribute("aria-selected"), "true");
});
