// The process that serves adapters: its guard, and its end with the program.

import { equal, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { until } from "@anyserial/test-support/until";
import { serveAdapters } from "anyserial/adapter";
import { servingProcess } from "../../helpers/serving-process.ts";
import { ImportedDevice } from "../../helpers/usbip-client.ts";

const skip = existsSync("/proc/self/stat") ? false : "processes are found in /proc";

async function imported(port: number): Promise<ImportedDevice> {
  const device = await ImportedDevice.import(port, "1-1");
  ok(typeof device !== "number");
  return device;
}

for (const name of ["SIGSTOP", "SIGKILL"] as const) {
  test(`${name} of the serving process unplugs its adapters, and ends them`, { skip }, async () => {
    await using served = await serveAdapters({ listen: "127.0.0.1:0", adapters: [{}] });
    const [adapter] = served.adapters;
    ok(adapter !== undefined);
    const device = await imported(served.address.port);
    const unplugged = once(device.socket, "close");
    const lost = rejects(adapter.receive(), { name: "SerialDisconnectedError" });
    process.kill(servingProcess(), name);
    await Promise.all([unplugged, lost]);

    equal(adapter.isOpen, false);
  });
}

test("the adapters of one program have one process, which ends with the last", {
  skip,
}, async () => {
  const options = { listen: "127.0.0.1:0", adapters: [{}, {}] };
  const first = await serveAdapters(options);
  const pid = servingProcess();
  const second = await serveAdapters(options);
  equal(servingProcess(), pid);
  await first.close();
  equal(servingProcess(), pid);
  await second.close();

  await until("the process has ended", () => !existsSync(`/proc/${pid}`));
});

test("the serving process ends with a program that is killed", { skip }, async () => {
  const source = `import { serveAdapters } from "anyserial/adapter";
    const served = await serveAdapters({ listen: "127.0.0.1:0", adapters: [{}] });
    console.log(served.address.port);
    await served.adapters[0].receive();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const device = await imported(Number(line.toString()));
  const unplugged = once(device.socket, "close");
  const pid = servingProcess(child.pid);
  child.kill("SIGKILL");
  await unplugged;

  await until("the process has ended", () => !existsSync(`/proc/${pid}`));
});

test("adapters that nothing waits for do not keep a program alive", async () => {
  const source = `import { serveAdapters } from "anyserial/adapter";
    await serveAdapters({ listen: "127.0.0.1:0", adapters: [{}] });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: "inherit",
  });
  const [code] = (await once(child, "exit")) as [number];

  equal(code, 0);
});
