// Panel Plot: numbers of a program, drawn, zoomed, paused and saved.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, test } from "node:test";
import { until } from "../../tools/test-support/dist/until.js";
import { closeBrowser, download, openPage } from "./chromium.mjs";
import { ports, TestHub } from "./hub.mjs";
import { noPySerial, pySerial } from "./programs.mjs";

after(closeBrowser);

const NETWORKS = { plant: { framing: "raw", members: ports(["sensor", "other"]) } };

/** Colors of a chart's pixels that are no gray. */
function colorsOf(page) {
  return page.locator(".u-over").evaluate(() => {
    const canvas = document.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let colored = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [red, green, blue, alpha] = data.subarray(at, at + 4);
      if (alpha > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) colored++;
    }
    return colored;
  });
}

const legend = async (page) =>
  (await page.locator(".u-label").allInnerTexts()).map((one) => one.trim());

test("named numbers of a program are drawn live", { skip: noPySerial }, async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const program = await pySerial(t, hub, "sensor");
  const page = await openPage(t, hub.http, { panel: "Plot" });
  await page.getByLabel("Numbers from").selectOption({ label: "plant/sensor" });
  await page.getByText("No numbers yet").waitFor();

  for (let at = 0; at < 20; at++) program.say(`temp:${20 + Math.sin(at)} hum:${40 + at}\n`);
  await page.getByText("20 lines with numbers").waitFor();
  await page.locator("canvas").waitFor();

  deepEqual((await legend(page)).slice(1), ["temp", "hum"]);
  ok((await colorsOf(page)) > 100);
  program.say('{"temp":21,"volts":12}\n');
  await page.getByText("21 lines with numbers").waitFor();
  await page.locator(".u-label").getByText("volts").waitFor();
});

test("only the numbers of the chosen member are drawn, pause and clear hold, and CSV has them", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const sensor = await hub.open("sensor");
  const other = await hub.open("other");
  const page = await openPage(t, hub.http, { panel: "Plot" });
  await page.getByLabel("Numbers from").selectOption({ label: "plant/sensor" });
  const say = (port, text) => port.send(Buffer.from(text));

  await say(other, "9\n9\n9\n");
  await say(sensor, "1,2\n3,");
  await page.getByText("1 lines with numbers").waitFor();
  await say(sensor, "4\nno numbers here\n");
  await page.getByText("2 lines with numbers").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await say(sensor, "5,6\n");
  const csv = await download(page, page.getByRole("button", { name: "Save csv" }));

  match(csv.name, /^plot-\d{8}-\d{6}\.csv$/);
  const lines = csv.bytes.toString().trimEnd().split("\r\n");
  deepEqual(
    lines.map((line) => line.replace(/^\S+Z/, "time")),
    ['time,"1","2"', "time,1,2", "time,3,4"],
  );
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByText("No numbers yet").waitFor();
});

for (const width of [320, 1280]) {
  test(`names and times of a chart do not cover each other at ${width} pixels`, async (t) => {
    const hub = await TestHub.start(t, NETWORKS);
    const sensor = await hub.open("sensor");
    const page = await openPage(t, hub.http, { panel: "Plot", width });
    await page.evaluate(watchTexts);
    const line = Array.from({ length: 16 }, (_, at) => `measurement ${at}:${at}`).join(" ");

    for (let at = 1; at <= 8; at++) {
      await sensor.send(Buffer.from(`${line}\n`));
      await page.getByText(`${at} lines with numbers`).waitFor();
    }
    await page.locator(".u-label").getByText("measurement 15").waitFor();
    await page.waitForFunction(() =>
      globalThis.textsOfChart.some(({ text }) => /^\d\d:/.test(text)),
    );

    const [chart, legend] = await Promise.all(
      [".chart", ".u-legend"].map((one) => page.locator(one).boundingBox()),
    );
    ok(legend.y + legend.height <= chart.y + chart.height + 1, "the legend is in the chart");
    const times = (await page.evaluate(() => globalThis.textsOfChart)).filter(({ text }) =>
      /^\d\d:/.test(text),
    );
    for (const [at, { right, text }] of times.entries()) {
      const next = times[at + 1];
      ok(next === undefined || next.left > right, `${text} and ${next?.text}`);
    }
  });
}

/** Keeps the texts that the chart has drawn last, with their places. */
function watchTexts() {
  globalThis.textsOfChart = [];
  const { prototype } = CanvasRenderingContext2D;
  const { fillText, clearRect } = prototype;
  prototype.clearRect = function (...all) {
    globalThis.textsOfChart = [];
    clearRect.apply(this, all);
  };
  prototype.fillText = function (text, x, ...rest) {
    const half = this.measureText(text).width / 2; // the times are centered
    globalThis.textsOfChart.push({ text, left: x - half, right: x + half });
    fillText.call(this, text, x, ...rest);
  };
}

test("the last seconds are chosen by a list, which needs no mouse", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const sensor = await hub.open("sensor");
  const page = await openPage(t, hub.http, { panel: "Plot" });
  await page.evaluate(watchTexts);
  /** Seconds from the first time on the axis to the last. */
  const spanOfAxis = () =>
    page.evaluate(() => {
      const times = globalThis.textsOfChart.filter(({ text }) => /^\d\d:/.test(text));
      const secondsOf = ({ text }) => Date.parse(`1970-01-01T${text}Z`) / 1000;
      return times.length === 0 ? 0 : secondsOf(times.at(-1)) - secondsOf(times[0]);
    });
  for (let at = 1; at <= 2; at++) {
    await sensor.send(Buffer.from(`${at}\n`));
    await page.getByText(`${at} lines with numbers`).waitFor();
  }
  await page.locator("canvas").waitFor();

  await page.getByLabel("Show").selectOption("last 10 s");
  await until("the axis has ten seconds", async () => Math.abs((await spanOfAxis()) - 8) <= 2);
  await page.getByLabel("Show").selectOption("last minute");
  await until("the axis has a minute", async () => Math.abs((await spanOfAxis()) - 50) <= 10);
  await sensor.send(Buffer.from("3\n"));
  await page.getByText("3 lines with numbers").waitFor();
  await until("it still has", async () => Math.abs((await spanOfAxis()) - 50) <= 10);
});

test("the user zooms by dragging, new numbers leave the view, and a double click shows all", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const sensor = await hub.open("sensor");
  const page = await openPage(t, hub.http, { panel: "Plot" });
  for (let at = 0; at < 5; at++) {
    await sensor.send(Buffer.from(`${at}\n`));
    await page.getByText(`${at + 1} lines with numbers`).waitFor();
  }
  const area = page.locator(".u-over");
  const box = await area.boundingBox();
  const picture = async () => (await area.locator("xpath=..").screenshot()).toString("base64");
  const drag = async () => {
    await page.mouse.move(box.x + box.width * 0.3, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height + 200);
  };

  await page.mouse.move(box.x + box.width - 1, box.y + 50);
  await page.locator(".u-series:nth-child(2) .u-value").getByText("4", { exact: true }).waitFor();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height + 200);
  const whole = await picture();
  await drag();
  const zoomed = await picture();
  await sensor.send(Buffer.from("9\n"));
  await page.getByText("6 lines with numbers").waitFor();
  const later = await picture();
  await area.dblclick();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height + 200);
  const all = await picture();

  ok(zoomed !== whole);
  equal(later, zoomed);
  ok(all !== zoomed && all !== whole);
});
