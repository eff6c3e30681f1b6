// Text of strangers in every panel: bytes of devices, names of programs, and a configuration. It is shown, never run.
import { equal, match, ok } from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { after, test } from "node:test";
import { closeBrowser, openPage, PANELS, showPanel } from "./chromium.mjs";
import { ports, TestHub } from "./hub.mjs";
import { Program } from "./programs.mjs";

after(closeBrowser);

const MARK = "<img src=x onerror=alert(1)>";
const ATTACKS = [
  MARK,
  "<script>alert(1)</script>",
  '"><svg onload=alert(1)>',
  "javascript:alert(1)",
  "\u202egnp.exe",
  "{{constructor.constructor('alert(1)')()}}",
  "\x1b]0;owned\x07\x1b]8;;https://example.com/\x07click\x1b]8;;\x07\x1b]52;c;b3duZWQ=\x07",
];
/** What a terminal answers: device attributes, cursor, modes, settings, version, colors, and the mouse. */
const QUERIES =
  "\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[6n\x1b[?6n\x1b[?25$p\x1b[4$p\x1bP$qm\x1b\\\x1b[>q\x1b[18t\x1b[?u\x1b]10;?\x07\x1b]4;1;?\x07\x05";
const MOUSE = "\x1b[?1003h\x1b[?1000;1006h\x1b[?1004h\x1b[?9h";

const injected = (page) =>
  page.evaluate(() => ({
    images: document.querySelectorAll("img, script:not([src]), iframe, object, embed").length,
    svgs: document.querySelectorAll("svg[onload]").length,
    links: document.querySelectorAll("a[href]").length,
    title: document.title,
  }));

const CLEAN = { images: 0, svgs: 0, links: 0, title: "anyserial hub" };

test("hostile bytes are text in every panel", async (t) => {
  const hub = await TestHub.start(t, {
    plant: { framing: "line", members: ports(["evil", "app"]) },
  });
  const evil = await hub.open("evil");
  await hub.open("app");
  const page = await openPage(t, hub.http, { token: hub.token });
  const all = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
  const seeds = Array.from({ length: 50 }, (_, at) =>
    Buffer.from(
      Array.from({ length: 200 }, (__, one) => (at * 7919 + one * one * 31 + one) & 0xff),
    ),
  );
  const json = `{"${MARK}":1,"__proto__":2,"constructor":{"prototype":3}}`;

  for (const name of ["Terminal", "Plot", "Traffic"]) await showPanel(page, name);
  for (const attack of [...ATTACKS, json, `${MARK}:5`]) await evil.send(Buffer.from(`${attack}\n`));
  for (const bytes of [all, ...seeds]) await evil.send(Buffer.concat([bytes, Buffer.from("\n")]));
  await evil.send(Buffer.from("the last\n"));
  await page.getByText("the last\\n").waitFor();

  await page.getByLabel("Search").fill("onerror");
  await page.locator(".row .text").getByText(MARK, { exact: false }).first().click();
  match(await page.getByLabel("Selected message").innerText(), /<img src=x/);
  for (const name of PANELS) {
    await showPanel(page, name);
    equal(JSON.stringify(await injected(page)), JSON.stringify(CLEAN), name);
  }
  await showPanel(page, "Plot");
  await page.locator(".u-label").getByText("<img src=x onerror=alert(1)>").waitFor();
});

test("a device cannot make the terminal send, open a link or use the clipboard", async (t) => {
  const hub = await TestHub.start(t, {
    plant: { topology: "pair", members: ports(["evil", "app"]) },
  });
  const evil = await hub.open("evil");
  const page = await openPage(t, hub.http, { panel: "Terminal", token: hub.token });
  await page.getByLabel("Speak as").selectOption({ label: "plant/app" });
  const screen = page.locator(".xterm-screen");
  await screen.waitFor();
  const sent = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/send")) sent.push(request.postData());
  });

  await evil.send(Buffer.from(`${QUERIES}${MOUSE}${ATTACKS.at(-1)} ready`));
  await screen.getByText("ready").waitFor();
  const link = await screen.getByText("click").boundingBox();
  await page.mouse.click(link.x + link.width / 2, link.y + link.height / 2);
  await page.mouse.move(400, 400);
  await page.mouse.wheel(0, 100);
  await page.keyboard.type("x");
  await page.locator(".xterm-rows").getByText("x").waitFor();
  await page.waitForFunction(() => true);

  equal(sent.map((body) => Buffer.from(JSON.parse(body).base64, "base64").toString()).join(), "x");
  await page.getByLabel("Answer its queries").check();
  const [request] = await Promise.all([
    page.waitForRequest((one) => one.url().endsWith("/send")),
    evil.send(Buffer.from("\x1b[6n")),
  ]);
  const answer = Buffer.from(JSON.parse(request.postData()).base64, "base64").toString();
  match(answer.replace("\x1b", "ESC"), /^ESC\[\d+;\d+R$/);
});

test("the name of a program is text", async (t) => {
  const hub = await TestHub.start(t, { plant: { members: ports(["app", "other"]) } });
  const program = hub.path("<b>x");
  copyFileSync("/bin/cat", program);
  const page = await openPage(t, hub.http, { panel: "Networks" });
  const running = new Program(t, program, [hub.path("app")]);

  await page.locator("tr[data-member=app]").getByText(`<b>x ${running.pid}`).waitFor();

  equal(await page.locator("tbody b").count(), 0);
});

test("a hostile configuration is text, and its problems are", async (t) => {
  const hub = await TestHub.start(t, { plant: { members: ports(["app", "other"]) } });
  const allowed = [/status of (400|500)/];
  const page = await openPage(t, hub.http, { panel: "Configuration", token: hub.token, allowed });
  hub.write(`# ${ATTACKS.join("\n# ")}\nnetworks:\n  "${MARK}": { "<script>": 1 }\n`);

  await page.getByRole("button", { name: "Reload the file" }).click();

  await page.getByRole("table", { name: "Nothing was changed" }).getByText(MARK).first().waitFor();
  await page.getByLabel("The file").getByText("<script>alert(1)</script>").waitFor();
  equal(JSON.stringify(await injected(page)), JSON.stringify(CLEAN));
});

test("the policy refuses scripts of others, inline scripts and other hosts", async (t) => {
  const hub = await TestHub.start(t, { plant: { members: ports(["app", "other"]) } });
  const allowed = [
    /Content Security Policy/i,
    /violates the following/,
    /Refused to/,
    /request: http:\/\/192/,
  ];
  const page = await openPage(t, hub.http, { allowed });

  const blocked = await page.evaluate(async () => {
    const seen = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      seen.push(event.violatedDirective),
    );
    const script = document.createElement("script");
    script.textContent = "globalThis.owned = true";
    document.body.append(script);
    const image = document.createElement("img");
    image.src = "http://192.0.2.1/x.png";
    document.body.append(image);
    await fetch("http://192.0.2.1/").catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { seen, owned: globalThis.owned === true };
  });

  equal(blocked.owned, false);
  for (const directive of ["script-src-elem", "img-src", "connect-src"]) {
    ok(blocked.seen.includes(directive), directive);
  }
});

test("the page of another site can neither read nor write", async (t) => {
  const hub = await TestHub.start(t, { plant: { members: ports(["app", "other"]) } });
  const other = await TestHub.start(t, { plant: { members: ports(["app", "other"]) } });
  const allowed = [
    /CORS policy/,
    /ERR_FAILED/,
    /status of 403/,
    /ERR_BLOCKED/,
    /request: http:\/\/127/,
    /Content Security/,
    /violates/,
  ];
  const page = await openPage(t, other.http, { allowed });

  const context = page.context();
  const stranger = await context.newPage();
  await stranger.route("http://stranger.test/", (route) =>
    route.fulfill({ contentType: "text/html", body: "<p>hi" }),
  );
  await stranger.goto("http://stranger.test/");
  const results = await stranger.evaluate(async (http) => {
    const attempt = async (path, init) => {
      try {
        const answer = await fetch(`${http}${path}`, init);
        return answer.type === "opaque" ? "opaque" : answer.status;
      } catch {
        return "refused";
      }
    };
    return [
      await attempt("/stream", {}),
      await attempt("/config", { mode: "no-cors" }),
      await attempt("/reload", { method: "POST", mode: "no-cors" }),
    ];
  }, hub.http);

  ok(
    results.every((result) => result === "refused" || result === "opaque"),
    results.join(),
  );
  equal(
    (await fetch(`${hub.http}/config`, { headers: { origin: "http://stranger.test" } })).status,
    403,
  );
});
