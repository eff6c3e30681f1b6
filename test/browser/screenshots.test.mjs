// The pictures of docs/web.md. With ANYSERIAL_SCREENSHOTS=1 they are made anew; otherwise only their scene is tried.
import { ok } from "node:assert/strict";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../../tools/test-support/dist/until.js";
import { closeBrowser, openPage, showPanel } from "./chromium.mjs";
import { ports, TestHub } from "./hub.mjs";

after(closeBrowser);

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const isNew = process.env.ANYSERIAL_SCREENSHOTS === "1";
const BYTES_MAX = 150_000;
/** For new pictures: so long that lines of a minute have a shape. */
const MINUTE_MS = 62_000;
const PICTURES = [
  ["Networks", "light", "tr.stalled"],
  ["Networks", "dark", "tr.stalled"],
  ["Traffic", "light", ".row.in"],
  ["Terminal", "dark", ".xterm-rows"],
  ["Plot", "dark", "canvas"],
  ["Events", "dark", ".events li.good"],
  ["Captures", "light", "tbody tr"],
  ["Configuration", "light", ".code li"],
];

const CONFIG = `# The line of the cooling water: a controller, two meters, and a recorder that only listens.
networks:
  cooling:
    topology: bus
    framing: line
    members:
      controller: { port: ./ttyCTRL }
      thermometer: { port: ./ttyTEMP }
      flow-meter: { port: ./ttyFLOW }
      recorder: { port: ./ttyREC, role: tap, queue: 4KiB, stallAfterMs: 500 }
  workshop:
    topology: pair
    members:
      lathe: { port: ./ttyLATHE }
      operator: { port: ./ttyOP }
`;

/** A hub on which a small plant talks. */
async function plant(t) {
  const hub = await TestHub.start(t, { a: { members: ports(["x", "y"]) } });
  const listen = "listen: { http: 127.0.0.1:0, tokenFile: ./token }\n";
  hub.write((CONFIG + listen).trimEnd());
  await hub.post("/reload", {});
  const names = ["ttyCTRL", "ttyTEMP", "ttyFLOW", "ttyREC", "ttyLATHE", "ttyOP"];
  const members = ["controller", "thermometer", "flow-meter", "recorder", "lathe", "operator"];
  const open = {};
  for (const [at, name] of names.entries()) {
    open[members[at]] = await hub.open(members[at], name);
    if (members[at] !== "recorder") void drain(open[members[at]]);
  }
  await open["flow-meter"].send(Buffer.from(`${"0".repeat(999)}\n`.repeat(200))); // the recorder does not read it
  return { hub, open };
}

async function drain(port) {
  try {
    for await (const _ of port);
  } catch {}
}

/** Measurements as such instruments send them; time goes on by a step a call. */
function* measurements() {
  for (let step = 0; ; step++) {
    const inlet = 18 + 3 * Math.sin(step / 9) + 0.3 * Math.sin(step * 1.7);
    const outlet = inlet + 7 + 2 * Math.cos(step / 14);
    yield [
      ["controller", "MEAS?\n"],
      ["thermometer", `inlet:${inlet.toFixed(2)} outlet:${outlet.toFixed(2)}\n`],
      ["flow-meter", `{"flow":${(12 + 2 * Math.sin(step / 5)).toFixed(2)},"unit":"l/min"}\n`],
    ];
  }
}

test("the pictures of the documentation show the page", async (t) => {
  const { hub, open } = await plant(t);
  const [lightPage, darkPage] = await Promise.all(
    ["light", "dark"].map((colorScheme) =>
      openPage(t, hub.http, { token: hub.token, colorScheme, width: 1000, height: 660 }),
    ),
  );
  const pages = { light: lightPage, dark: darkPage };
  for (const page of Object.values(pages)) {
    for (const name of ["Terminal", "Plot"]) await showPanel(page, name);
    await page.getByLabel("Numbers from").selectOption({ label: "cooling/thermometer" });
    await showPanel(page, "Terminal");
    await page.getByLabel("Speak as").selectOption({ label: "workshop/operator" });
  }
  await hub.post("/record", { on: true, name: "before the filter was changed" });
  await happen(hub, open);
  const ending = new AbortController();
  const talking = talk(open, ending.signal);
  if (isNew) await new Promise((resolve) => setTimeout(resolve, MINUTE_MS));
  await hub.post("/record", { on: false });
  await hub.post("/record", { on: true, name: "after it" });
  await lightPage
    .locator("#panel-Plot")
    .getByText(/^\d{3,} lines with numbers/)
    .waitFor({ state: "attached" });
  await darkPage.locator(".screen").click();
  await darkPage.keyboard.type("G0 X12.5 Y3\n");

  if (isNew) mkdirSync(FOLDER, { recursive: true });
  for (const [name, scheme, content] of PICTURES) {
    const page = pages[scheme];
    await showPanel(page, name);
    await page.locator(`#panel-${name} ${content}`).first().waitFor({ state: "attached" });
    const path = `${FOLDER}${name.toLowerCase()}-${scheme}.png`;
    if (isNew) await page.screenshot({ path });
    ok(existsSync(path) && statSync(path).size < BYTES_MAX, path);
  }
  ending.abort();
  await talking;
});

/** A recorder that reads again, leaves, comes back, and stalls again. */
async function happen(hub, open) {
  const reading = drain(open.recorder);
  await until("the recorder is not stalled", async () => !(await hub.member("recorder")).stalled);
  await open.recorder.close();
  await reading;
  open.recorder = await hub.open("recorder", "ttyREC");
  await open["flow-meter"].send(Buffer.from(`${"0".repeat(999)}\n`.repeat(200)));
  await until("the recorder has stalled", async () => (await hub.member("recorder")).stalled);
}

/** Traffic, until it is enough. */
async function talk(open, signal) {
  const source = measurements();
  await open.lathe.send(Buffer.from("\x1b[1mLathe 4\x1b[0m ready\r\n\x1b[32mok\x1b[0m\r\n> "));
  while (!signal.aborted) {
    for (const [member, text] of source.next().value) await open[member].send(Buffer.from(text));
    await new Promise((resolve) => setTimeout(resolve, isNew ? 160 : 40));
  }
}
