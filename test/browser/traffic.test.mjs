// Panel Traffic: the list, its filters, its search, and the files that it saves.
import { deepEqual, equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { readCapture } from "../../packages/hub/dist/capture.js";
import { missing } from "../../tools/test-support/dist/programs.js";
import { closeBrowser, download, openPage } from "./chromium.mjs";
import { ports, TestHub } from "./hub.mjs";
import { noPySerial, pySerial } from "./programs.mjs";

after(closeBrowser);

const NETWORKS = { plant: { framing: "line", members: ports(["meter", "logger"]) } };

async function scene(t) {
  const hub = await TestHub.start(t, NETWORKS);
  const page = await openPage(t, hub.http, { panel: "Traffic" });
  const meter = await hub.open("meter");
  const logger = await hub.open("logger");
  const say = (text, port = meter) => port.send(Buffer.from(text));
  const rows = () => page.locator(".row .text").allInnerTexts();
  return { hub, page, meter, logger, say, rows };
}

test("messages of a program are listed with time, member, length, text and hex", {
  skip: noPySerial,
}, async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const page = await openPage(t, hub.http, { panel: "Traffic" });
  const program = await pySerial(t, hub, "meter");

  program.say("temp 21.5\n");

  const row = page.locator(".row.in");
  await row.getByText("temp 21.5\\n").waitFor();
  match(
    (await row.innerText()).replaceAll("\n", " "),
    /^\d\d:\d\d:\d\d\.\d{3} +plant\/meter +sends +10 +temp 21\.5\\n +74 65 6d 70 20 32 31 2e 35 0a$/,
  );
});

test("messages are filtered by member, direction and search, also while the list is paused", async (t) => {
  const { page, say, rows, logger } = await scene(t);
  await say("volt 12\nVOLT 13\namps 2\n");
  await page.getByText("3 messages shown").waitFor();
  await say("ok\n", logger);
  await page.getByText("4 messages shown").waitFor();

  await page.getByRole("combobox", { name: "Member" }).selectOption({ label: "plant/logger" });
  await page.getByText("1 messages shown").waitFor();
  deepEqual(await rows(), ["ok\\n"]);
  await page.getByLabel("Direction").selectOption("receives");
  await page.getByText("3 messages shown").waitFor();
  await page.getByRole("combobox", { name: "Member" }).selectOption("");
  await page.getByLabel("Direction").selectOption("sends");
  await page.getByRole("button", { name: "Pause" }).click();
  await say("volt 99\n");
  for (const [search, found] of [
    ["volt", ["volt 12\\n", "VOLT 13\\n"]],
    ["/^[a-z]+ \\d\\d/", ["volt 12\\n"]],
    ["hex: 6f 6b 0a", ["ok\\n"]],
    ["/(/", ["ok\\n"]],
    ["", ["volt 12\\n", "VOLT 13\\n", "amps 2\\n", "ok\\n"]],
  ]) {
    await page.getByLabel("Search").fill(search);
    await page.getByText(`${found.length} messages shown, paused`).waitFor();
    deepEqual(await rows(), found);
    equal(await page.getByLabel("Search").getAttribute("aria-invalid"), String(search === "/(/"));
  }
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("5 messages shown").waitFor();
});

test("the list follows, stops when the user scrolls up, and follows again at its end", async (t) => {
  const { page, say } = await scene(t);
  const list = page.getByRole("listbox", { name: "Messages" });
  const isAtEnd = () =>
    list.evaluate((one) => one.scrollTop + one.clientHeight >= one.scrollHeight - 24);
  const lines = (from) => Array.from({ length: 100 }, (_, at) => `line ${from + at}\n`).join("");

  await say(lines(0));
  await page.getByText("line 99\\n").waitFor();
  equal(await isAtEnd(), true);
  await list.hover();
  await page.mouse.wheel(0, -600);
  await page.waitForFunction(() => {
    const one = document.querySelector(".messages");
    return one.scrollTop + one.clientHeight < one.scrollHeight - 100;
  });
  const top = await list.evaluate((one) => one.scrollTop);
  await say(lines(100));
  await page.getByText("200 messages shown").waitFor();
  equal(await list.evaluate((one) => one.scrollTop), top);
  await list.evaluate((one) => one.scrollTo(0, one.scrollHeight));
  await page.getByText("line 199\\n").waitFor();
  await say("the last\n");
  await page.getByText("the last\\n").waitFor();
});

test("a message is shown in full when it is chosen, also by keys", async (t) => {
  const { page, say } = await scene(t);
  await say("first\nsecond is longer than one line of it\n");
  await page.getByText("first\\n").first().click();
  const detail = page.getByLabel("Selected message");

  await detail.getByText("plant/meter sends 6 bytes").waitFor();
  await page.getByRole("listbox").press("ArrowDown");

  await detail.getByText("plant/meter sends 37 bytes").waitFor();
  match(await detail.innerText(), /0010 {2}20 74 68 61 6e/);
  await detail.getByRole("button", { name: "Close" }).click();
  await detail.waitFor({ state: "detached" });
});

test("clear forgets all, also while the list is paused", async (t) => {
  const { page, say } = await scene(t);
  await say("one\n");
  await page.getByText("1 messages shown").waitFor();

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Clear" }).click();

  await page.getByText("0 messages shown, paused").waitFor();
});

test("the shown messages are saved as pcapng, text and CSV", async (t) => {
  const { hub, page, say } = await scene(t);
  await say('plain\n=1+"x"\n');
  await page.getByText("2 messages shown").waitFor();
  const save = (kind) => download(page, page.getByRole("button", { name: `Save ${kind}` }));

  const pcapng = await save("pcapng");
  const text = await save("text");
  const csv = await save("csv");

  match(pcapng.name, /^traffic-\d{8}-\d{6}\.pcapng$/);
  const file = hub.path("saved.pcapng");
  writeFileSync(file, pcapng.bytes);
  const said = [];
  for await (const { bytes } of readCapture(file)) said.push(Buffer.from(bytes).toString());
  deepEqual(said, ["plain\n", '=1+"x"\n']);
  if (!missing("tshark", ["--version"])) {
    const { stdout } = spawnSync("tshark", ["-r", file], { encoding: "utf8" });
    equal(stdout.trim().split("\n").length, 2);
  }
  match(
    text.bytes.toString(),
    /^\S+Z plant\/meter sends plain\\n\n\S+Z plant\/meter sends =1\+"x"\\n\n$/,
  );
  match(
    csv.bytes.toString(),
    /\r\n\S+Z,"plant","meter",sends,7,3d 31 2b 22 78 22 0a,"'=1\+""x""\\n"\r\n$/,
  );
});

test("no message is missed that comes while the list is made, or while its filter changes", async (t) => {
  const { page, say } = await scene(t);
  const direction = page.getByLabel("Direction");
  let said = 0;
  let isOver = false;
  const talking = (async () => {
    for (; !isOver; said++) {
      await say(`line ${said}\n`);
      await page.waitForTimeout(20);
    }
  })();

  for (let turn = 0; turn < 30; turn++) {
    await direction.selectOption(turn % 2 === 0 ? "receives" : "sends");
    await page.waitForTimeout(50 + (turn % 7) * 10);
  }
  isOver = true;
  await talking;

  await page.getByText(`${said} messages shown`).waitFor();
});
