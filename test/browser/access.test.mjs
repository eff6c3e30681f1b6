// Everyone can use the page: axe-core, the keyboard alone, narrow and wide windows, dark and light.
import { deepEqual, equal } from "node:assert/strict";
import { after, test } from "node:test";
import axe from "axe-core";
import { until } from "../../tools/test-support/dist/until.js";
import { closeBrowser, openPage, PANELS, showPanel } from "./chromium.mjs";
import { ports, TestHub } from "./hub.mjs";

after(closeBrowser);

const SIZES = [
  [320, 640],
  [768, 1024],
  [1280, 720],
  [3840, 2160],
];

/** A hub with something in every panel: traffic, numbers, a stalled member, a recording. */
async function busyHub(t) {
  const members = {
    ...ports(["meter", "logger", "stuck"], { queue: "4KiB", stallAfterMs: 100 }),
    broken: { serial: "./no-such-port" },
  };
  const hub = await TestHub.start(t, { plant: { framing: "line", members } });
  const meter = await hub.open("meter");
  await hub.open("stuck");
  await hub.post("/record", { on: true });
  await meter.send(Buffer.from(`temp:20 hum:41\n${"long ".repeat(700)}\n`.repeat(20)));
  await meter.send(Buffer.from("temp:21 hum:42\n"));
  return hub;
}

/** Waits until a panel shows what it has. */
async function settle(page, name) {
  await showPanel(page, name);
  const content = {
    Networks: "tr.stalled",
    Traffic: ".row.in",
    Terminal: ".xterm-rows",
    Plot: "canvas",
    Events: ".events li.bad",
    Captures: "tbody tr",
    Configuration: ".code li",
  };
  await page.locator(`#panel-${name} ${content[name]}`).first().waitFor({ state: "attached" });
}

async function sendMore(hub) {
  const meter = await hub.open("meter");
  await meter.send(Buffer.from("temp:22 hum:43\ntemp:23 hum:44\n"));
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing serious in any panel, ${colorScheme}`, async (t) => {
    const hub = await busyHub(t);
    const page = await openPage(t, hub.http, { token: hub.token, colorScheme });
    await sendMore(hub);
    for (const name of PANELS) {
      await settle(page, name);
      if (name === "Traffic") await page.locator(".row.in").first().click();
      deepEqual(await findings(page), [], name);
    }
  });
}

test("axe-core finds nothing serious in the token's dialog and without the token", async (t) => {
  const hub = await busyHub(t);
  const page = await openPage(t, hub.http);
  for (const name of ["Terminal", "Captures", "Configuration"]) {
    await showPanel(page, name);
    await page.locator(`#panel-${name}`).getByText("Enter the token, at the top").waitFor();
    deepEqual(await findings(page), [], name);
  }
  await page.getByRole("button", { name: "Enter the token…" }).click();
  await page.getByRole("dialog").waitFor();

  deepEqual(await findings(page), []);
});

/** Serious and critical findings, in short. */
async function findings(page) {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" ; ")}`);
  });
}

for (const [width, height] of SIZES) {
  test(`nothing is wider than a window of ${width} pixels`, async (t) => {
    const hub = await busyHub(t);
    const page = await openPage(t, hub.http, { token: hub.token, width, height });
    await sendMore(hub);
    for (const name of PANELS) {
      await settle(page, name);
      const used = await page.evaluate(() => {
        const { scrollWidth } = document.documentElement;
        const main = document.querySelector("main");
        return [scrollWidth, main.scrollWidth - main.clientWidth];
      });
      deepEqual(used, [width, 0], name);
      const cut = await page.evaluate(outsideOf);
      deepEqual(cut, [], name);
    }
  });
}

test("on a narrow screen the chosen tab is in sight, and the time line is legible", async (t) => {
  const hub = await busyHub(t);
  const page = await openPage(t, hub.http, { token: hub.token, width: 320, height: 640 });
  await settle(page, "Events");
  await page.reload();
  await page.locator(".timeline circle").first().waitFor({ state: "attached" });

  const tab = await page.getByRole("tab", { selected: true }).boundingBox();
  const texts = await page
    .locator(".timeline text")
    .evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right]),
    );

  equal(tab.x >= 0 && tab.x + tab.width <= 320, true);
  equal(texts.length >= 3, true);
  const order = texts.flat();
  deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
});

/** Controls that reach out of the window, and are in nothing that scrolls. */
function outsideOf() {
  const controls = document.querySelectorAll("button, input, select, h2, .badge");
  const scrolls = (element) =>
    element !== null &&
    (["auto", "scroll"].includes(getComputedStyle(element).overflowX) ||
      scrolls(element.parentElement));
  return [...controls]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
    .filter((one) => !scrolls(one.closest("main") === null ? one : one.parentElement))
    .map((one) => one.outerHTML.slice(0, 100));
}

test("everything is done by keys alone", async (t) => {
  const hub = await busyHub(t);
  const page = await openPage(t, hub.http);
  await sendMore(hub);
  const { keyboard } = page;
  const focused = () =>
    page.evaluate(() => {
      const { activeElement: one } = document;
      return (
        one?.getAttribute("aria-label") ?? one?.labels?.[0]?.innerText ?? one?.textContent ?? ""
      );
    });
  const hasFocus = (name) => until(`${name} has the focus`, async () => (await focused()) === name);
  /** Presses Tab until something has the focus, and checks that it can be seen. */
  const tabTo = async (name, key = "Tab") => {
    for (let count = 0; count < 60; count++) {
      await keyboard.press(key);
      if ((await focused()).startsWith(name)) {
        await page.waitForFunction(
          () => getComputedStyle(document.activeElement).outlineStyle === "solid",
        );
        return;
      }
    }
    throw new Error(`Tab does not reach ${name}`);
  };

  await tabTo("Enter the token…");
  await keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await keyboard.type(hub.token);
  await keyboard.press("Enter");
  await page.getByRole("button", { name: "Forget the token" }).waitFor();
  await tabTo("Networks");
  await keyboard.press("ArrowRight");
  await hasFocus("Traffic");
  await page.locator("#panel-Traffic .row.in").first().waitFor(); // a pause of nothing has no message to choose
  await tabTo("Pause");
  await keyboard.press("Space");
  await page.getByText("shown, paused").waitFor();
  await tabTo("Messages");
  await keyboard.press("ArrowDown");
  await page.getByLabel("Selected message").waitFor();
  await tabTo("Traffic", "Shift+Tab");
  await keyboard.press("ArrowRight");
  await page.locator(".xterm-rows").waitFor();
  await tabTo("Show what I type");
  await tabTo("Clear");
  await keyboard.press("Tab");
  await hasFocus("Terminal");
  await keyboard.press("Enter");
  await hasFocus("Terminal input");
  await keyboard.type("keys");
  await page.locator(".xterm-rows").getByText("keys").waitFor();
  await keyboard.press("Shift+Tab");
  await hasFocus("Terminal");
  await tabTo("Line to send");
  const role = () => page.evaluate(() => document.activeElement?.getAttribute("role"));
  for (let count = 0; count < 60 && (await role()) !== "tab"; count++) {
    await keyboard.press("Shift+Tab");
  }
  for (const name of ["Plot", "Events", "Captures", "Configuration"]) {
    await keyboard.press("ArrowRight");
    await hasFocus(name);
  }
  // As fast as the keyboard repeats: each key moves on from the tab that has the focus.
  for (let count = 0; count < 3; count++) await keyboard.press("ArrowLeft");
  await hasFocus("Plot");
  for (let count = 0; count < 3; count++) await keyboard.press("ArrowRight");
  await hasFocus("Configuration");
  await page.getByRole("tab", { name: "Configuration", selected: true }).waitFor();
  await tabTo("Reload the file");
  await keyboard.press("Enter");
  await page.getByText("Reloaded.").waitFor();
});

test("the page follows the system from light to dark", async (t) => {
  const hub = await busyHub(t);
  const page = await openPage(t, hub.http, { colorScheme: "light" });
  const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

  equal(await back(), "rgb(244, 245, 247)");
  await page.emulateMedia({ colorScheme: "dark" });
  equal(await back(), "rgb(17, 21, 26)");
});
