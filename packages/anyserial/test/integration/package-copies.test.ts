// Several copies of the package in one process: two versions, a bundle beside node_modules, a TypeScript
// runner that translates one part of it and not the other.

import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { copyPackage, splitCopy } from "../helpers/package-copy.ts";
import { runScript } from "../helpers/run-script.ts";

interface Copies {
  readonly folder: string;
  /** Imports both, as `one` and `two` of each entry. */
  readonly load: string;
}

/** Made once: two copies are a thousand files. */
const copies = { whole: makeCopies({ isSplit: false }), split: makeCopies({ isSplit: true }) };

function makeCopies({ isSplit }: { readonly isSplit: boolean }): Copies {
  const folder = temporaryFolder({ after });
  const [one, two] = ["one", "two"].map((name) => copyPackage(join(folder, name))) as [
    string,
    string,
  ];
  if (isSplit) splitCopy(one, two);
  const load = `
    const entry = async (name) => [
      await import("${one}/dist/" + name + ".js"),
      await import("${two}/dist/" + name + ".js"),
    ];
    const [one, two] = await entry("index");
    const [onePty, twoPty] = await entry("pty");
    const [oneSync, twoSync] = await entry("sync");
    const failure = (promise) => promise.then(() => "no failure", (error) => error);`;
  return { folder, load };
}

async function run(source: string): Promise<unknown> {
  const { stdout, stderr, code } = await runScript(source);
  equal(code, 0, stderr);
  return JSON.parse(stdout);
}

test("instanceof knows the errors of another copy of the package, each by its own class", async () => {
  const { load } = copies.whole;

  const result = await run(`${load}
    const classes = Object.keys(one).filter((name) => name.endsWith("Error") && name !== "isSerialError");
    const kin = classes.map((name) => {
      const error = new two[name]("x");
      return [name, classes.filter((other) => error instanceof one[other]), one.isSerialError(error)];
    });
    const missing = await failure(two.openSerialPort("/dev/there-is-no-such-port"));
    class Own extends one.PortBusyError {}
    console.log(JSON.stringify({
      kin,
      missing: missing instanceof one.PortNotFoundError,
      own: [new Own("x") instanceof Own, new Own("x") instanceof two.PortBusyError,
        new two.PortBusyError("x") instanceof Own, new one.PortBusyError("x") instanceof Own],
      others: [null, undefined, 7, "x", {}, new Error("x")].map((value) => value instanceof one.SerialError),
    }));`);

  const { kin, ...others } = result as { kin: [string, string[], boolean][] };
  for (const [name, known, isSerialError] of kin) {
    const expected = name === "SerialError" ? [name] : ["SerialError", name];
    deepEqual([new Set(known), isSerialError], [new Set(expected), true]);
  }
  ok(kin.length >= 11);
  deepEqual(others, {
    missing: true,
    own: [true, true, false, false],
    others: [false, false, false, false, false, false],
  });
});

for (const isSplit of [false, true]) {
  const name = isSplit ? "a copy whose platform is another copy's" : "two copies";
  test(`${name}: ports work side by side, async and sync, and wait for their device`, async () => {
    const { folder, load } = isSplit ? copies.split : copies.whole;
    const link = join(folder, "tty");

    const result = await run(`${load}
      const text = (bytes) => new TextDecoder().decode(bytes);
      const done = [];
      for (const [mine, theirs, sync] of [[onePty, two, oneSync], [twoPty, one, twoSync]]) {
        const device = await mine.createVirtualPort();
        const port = await theirs.openSerialPort(device.path);
        const waiting = port.receive();
        await device.send(Buffer.from("async"));
        done.push(text(await waiting));
        await port.close();
        const blocking = sync.openSerialPortSync(device.path);
        device.trySend(Buffer.from("sync"));
        done.push(text(blocking.receive({ timeoutMs: 5000 })));
        blocking.close();
        await device.close();
      }
      const sessions = one.serialSessions("${link}");
      const session = sessions.next();
      const device = await twoPty.createVirtualPort({ link: "${link}" });
      done.push((await session).value.path);
      await sessions.return();
      await device.close();
      console.log(JSON.stringify(done));`);

    deepEqual(result, ["async", "sync", "async", "sync", link]);
  });
}

test("copies of the package share one exit listener, which ends the ports of all", async () => {
  const { folder, load } = copies.whole;
  const links = ["first", "second"].map((name) => join(folder, name));

  const listeners = await run(`${load}
    const before = process.listenerCount("exit");
    await onePty.createVirtualPort({ link: "${links[0]}" });
    const first = process.listenerCount("exit") - before;
    await twoPty.createVirtualPort({ link: "${links[1]}" });
    console.log(JSON.stringify([first, process.listenerCount("exit") - before]));
    process.exit();`);

  deepEqual(listeners, process.env["ANYSERIAL_READINESS"] === "reactor" ? [2, 3] : [1, 1]);
  deepEqual(links.map(existsSync), [false, false]);
});

test("a port takes the framings of another copy of the package", async () => {
  const { load } = copies.whole;

  const lines = await run(`${load}
    const [{ lines }, other] = await entry("framing");
    const port = await two.openSerialPort("loop://");
    await port.send(Buffer.from("a\\nb\\n"));
    const received = [];
    for (const framing of [lines(), other.lines()]) received.push(await port.framed(framing).receive());
    console.log(JSON.stringify(received));`);

  deepEqual(lines, ["a", "b"]);
});
