// Debian's Chromium, and pages in it. A page that writes an error, breaks its policy or asks another host fails its
// test.
import { deepEqual } from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { atEnd } from "./ending.mjs";

const PROGRAM = process.env.ANYSERIAL_CHROMIUM ?? "/usr/bin/chromium";
export const noChromium = !existsSync(PROGRAM) && `needs the program ${PROGRAM}`;
export const PANELS = [
  "Networks",
  "Traffic",
  "Terminal",
  "Plot",
  "Events",
  "Captures",
  "Configuration",
];
const TIMEOUT_MS = 15_000;

let launched;

/** The browser of this process. */
function sharedBrowser() {
  launched ??= chromium.launch({
    executablePath: PROGRAM,
    args: [
      "--no-sandbox", // it does not start as root with one
      "--disable-gpu",
      "--disable-dev-shm-usage",
      // Nothing of the browser itself leaves the machine either.
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      "--disable-background-networking",
    ],
  });
  return launched;
}

/** Ends the browser: to be called when the tests of a file are over. */
export async function closeBrowser() {
  await (await launched)?.close();
  launched = undefined;
}

/**
 * Opens the page of a hub.
 *
 * @param t The test.
 * @param http Address of the hub.
 * @param options `panel` to show, `token` of the hub, size, `colorScheme`, and `allowed`: patterns of messages that
 *   the browser may write.
 */
export async function openPage(t, http, options = {}) {
  const { panel, token, width = 1280, height = 800, colorScheme = "light", allowed = [] } = options;
  const context = await (await sharedBrowser()).newContext({
    viewport: { width, height },
    colorScheme,
    acceptDownloads: true,
    locale: "en-GB",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const faults = watchFaults(page, new URL(http).origin, allowed);
  atEnd(t, async () => {
    await context.close();
    deepEqual(faults, []);
  });
  await page.goto(`${http}/${token === undefined ? "" : `#token=${token}`}`);
  await page.getByText("live", { exact: true }).waitFor();
  if (panel !== undefined) await showPanel(page, panel);
  return page;
}

function watchFaults(page, origin, allowed) {
  const faults = [];
  const note = (text) => {
    if (!allowed.some((pattern) => pattern.test(text))) faults.push(text);
  };
  page.on("pageerror", (error) => note(`error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) note(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    note(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("popup", (popup) => note(`window: ${popup.url()}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("blob:")) note(`request: ${url}`);
  });
  return faults;
}

/** Shows a panel by its tab. */
export async function showPanel(page, name) {
  await page.getByRole("tab", { name }).click();
  await page.locator(`#panel-${name}`).waitFor();
}

/** Saves a file by a button. @returns Its name and its bytes. */
export async function download(page, button) {
  const [saved] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const chunks = [];
  for await (const chunk of await saved.createReadStream()) chunks.push(chunk);
  return { name: saved.suggestedFilename(), bytes: Buffer.concat(chunks) };
}
