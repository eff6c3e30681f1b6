// Panel Terminal: what a member receives, and what is typed, sent and set.
import { deepEqual, equal, match } from "node:assert/strict";
import { after, test } from "node:test";
import { SerialServer } from "../../packages/anyserial/dist/serve.js";
import { serialPortPair } from "../../packages/anyserial/dist/testing.js";
import { until } from "../../tools/test-support/dist/until.js";
import { closeBrowser, openPage } from "./chromium.mjs";
import { atEnd } from "./ending.mjs";
import { ports, TestHub } from "./hub.mjs";
import { noPicocom, noPySerial, picocom, pySerial } from "./programs.mjs";

after(closeBrowser);

const NETWORKS = { plant: { topology: "pair", members: ports(["app", "device"]) } };

/** A terminal that speaks as `app`, with the token. */
async function openTerminal(t, hub, options = {}) {
  const { token = hub.token } = options;
  const page = await openPage(t, hub.http, { panel: "Terminal", ...options, token });
  await page.getByLabel("Speak as").selectOption({ label: "plant/app" });
  const screen = page.locator(".screen");
  await screen.locator(".xterm-rows").waitFor();
  const type = async (text) => {
    await screen.click();
    await page.keyboard.type(text);
  };
  return { page, screen, type };
}

/** Collects what a port receives. */
function collect(port) {
  const received = { text: "" };
  void (async () => {
    for await (const bytes of port) received.text += Buffer.from(bytes).toString("latin1");
  })().catch(() => undefined);
  const until_ = (text) =>
    until(`${JSON.stringify(text)} arrived`, () => received.text.endsWith(text)).catch((error) => {
      throw new Error(`${error.message}; received ${JSON.stringify(received.text.slice(-100))}`);
    });
  return Object.assign(received, { until: until_ });
}

test("what is typed appears in picocom, and what picocom sends in the terminal", {
  skip: noPicocom,
}, async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const program = await picocom(t, hub, "device");
  const { page, screen, type } = await openTerminal(t, hub);

  await type("hello from the page");
  await page.keyboard.press("Enter");
  await program.until("hello from the page\r\n");
  program.say("and back\r");

  await screen.getByText("and back").waitFor();
  await screen.getByText("hello from the page").waitFor();
});

test("a line that is sent arrives in pySerial with each line end, and as hex", {
  skip: noPySerial,
}, async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const program = await pySerial(t, hub, "device");
  const { page } = await openTerminal(t, hub);

  for (const [end, line, expected] of [
    ["line feed", "one", "one\\n"],
    ["carriage return", "two", "two\\r"],
    ["CR and LF", "three", "three\\r\\n"],
    ["nothing", "four", "four"],
    ["it is hex", "00 ff 1b", "\\x00\\xff\\x1b"],
  ]) {
    await page.getByLabel("followed by").selectOption(end);
    await page.getByLabel("Line to send").fill(line);
    await page.getByLabel("Line to send").press("Enter");
    await program.until(expected);
  }
  await page.getByLabel("Line to send").fill("0");
  equal(await page.getByRole("button", { name: "Send", exact: true }).isDisabled(), true);
  await page.getByLabel("Line to send").press("ArrowUp");
  equal(await page.getByLabel("Line to send").inputValue(), "00 ff 1b");
});

test("Enter sends the chosen line end", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const device = collect(await hub.open("device"));
  const { page, type } = await openTerminal(t, hub);

  for (const [choice, end] of [
    ["line feed", "\n"],
    ["carriage return", "\r"],
    ["CR and LF", "\r\n"],
  ]) {
    await page.getByLabel("Enter sends").selectOption(choice);
    await type("x\n");
    await device.until(`x${end}`);
  }
});

test("keys reach the member as a terminal sends them", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const device = collect(await hub.open("device"));
  const { page, screen } = await openTerminal(t, hub);
  await screen.click();

  for (const key of ["Control+c", "ArrowUp", "Tab", "Escape", "F1", "Backspace"]) {
    await page.keyboard.press(key);
  }
  await page.keyboard.insertText("ü");

  await device.until("\x03\x1b[A\t\x1b\x1bOP\x7f\xc3\xbc");
});

test("a file is sent whole, with its progress", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const device = await hub.open("device");
  const { page } = await openTerminal(t, hub);
  const buffer = Buffer.from(Array.from({ length: 50_000 }, (_, at) => (at * 7 + at / 256) & 0xff));
  const received = [];
  let length = 0;
  const reading = (async () => {
    for await (const bytes of device) {
      received.push(bytes);
      length += bytes.length;
      if (length >= buffer.length) return;
    }
  })();

  await page
    .getByLabel("Send a file")
    .setInputFiles({ name: "firmware.bin", mimeType: "application/octet-stream", buffer });
  await page.getByText("50.0 kB of 50.0 kB").waitFor();
  await reading;

  equal(Buffer.concat(received).equals(buffer), true);
  equal(await page.getByRole("progressbar", { name: "Sent of firmware.bin" }).count(), 1);
});

test("without the token nothing can be sent, and the page says what is missing", async (t) => {
  const hub = await TestHub.start(t, NETWORKS);
  const device = collect(await hub.open("device"));
  const page = await openPage(t, hub.http, { panel: "Terminal", allowed: [/status of 401/] });
  await page.locator(".screen").click();
  await page.keyboard.type("nobody may");

  await page.getByText("Enter the token, at the top of the page, to type here.").waitFor();
  equal(await page.getByLabel("Line to send").isDisabled(), true);
  equal(await page.getByLabel("Send a file").isDisabled(), true);

  await page.getByRole("button", { name: "Enter the token…" }).click();
  await page.getByRole("textbox", { name: "Token" }).fill("wrong-token-0123456789");
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText("The hub does not take this token.").waitFor();
  await page.getByRole("textbox", { name: "Token" }).fill(hub.token);
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByRole("button", { name: "Forget the token" }).waitFor();
  await page.getByLabel("Line to send").fill("now");
  await page.getByLabel("Line to send").press("Enter");
  await device.until("now\n");
  equal(device.text, "now\n");
  deepEqual(
    await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]),
    [0, 0, ""],
  );
});

test("DTR, RTS and break of a real port are set", async (t) => {
  const pair = await serialPortPair();
  const server = await SerialServer.listen({ listen: { host: "127.0.0.1", port: 0 } });
  const serving = server.serve(pair.a).catch(() => undefined);
  atEnd(t, async () => {
    await server.close();
    await pair.close();
    await serving;
  });
  const serial = `rfc2217://127.0.0.1:${server.address.port}`;
  const hub = await TestHub.start(t, {
    plant: { topology: "pair", members: { ...ports(["app"]), device: { serial } } },
  });
  await hub.isOpen("device");
  const { page } = await openTerminal(t, hub);
  const lines = page.getByRole("group", { name: "Lines of device" });
  const far = () => pair.b.modemLines();

  await lines.getByRole("button", { name: "DTR ?" }).click();
  await lines.getByRole("button", { name: "DTR on" }).click();
  await lines.getByRole("button", { name: "DTR off" }).waitFor();
  await until("the far end has no DSR", async () => (await far()).dsr === false);
  await lines.getByRole("button", { name: "RTS ?" }).click();
  await lines.getByRole("button", { name: "RTS on" }).waitFor();
  await until("the far end has CTS", async () => (await far()).cts === true);
  await lines.getByRole("button", { name: "Break" }).click();
  match(await lines.innerText(), /DTR off/);
  equal(await page.getByRole("alert").count(), 0);
});
