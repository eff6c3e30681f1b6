import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { describeBsdPort, listBsdPorts } from "../../../dist/bsd/list.js";
import type { BsdVariant } from "../../../dist/bsd/variant.js";
import { comparePorts } from "../../../dist/model/port-info.js";

/** Everything that the four systems have in /dev, as far as it looks like a port. */
const NODES = [
  ...["cuaU0", "cuaU0.init", "cuaU0.lock", "cuaU10", "cuaU2", "cuaU3.1", "cuau0", "cuau0.init"],
  ...["cuau0.lock", "cuad0", "cua00", "cua01", "cua10", "cua20", "cuac0", "dtyU0", "dty00", "dty1"],
  ...["ttyU0", "ttyU0.init", "ttyU0.lock", "ttyu0", "ttyu0.init", "tty00", "ttyv0", "ttyp0"],
  ...["console", "null", "ptmx", "ugen0.1", "bpf", "mem", "ucom", "xcuaU0"],
];

/** The list of each system, in order. */
const LISTS: Readonly<Record<BsdVariant, readonly string[]>> = {
  freebsd: ["cuaU0", "cuaU2", "cuaU3.1", "cuaU10", "cuad0", "cuau0", "ttyU0", "ttyu0"],
  openbsd: ["cua00", "cua01", "cua10", "cuaU0", "cuaU2", "cuaU3.1", "cuaU10"],
  netbsd: ["dty00", "dtyU0", "ttyU0"],
  dragonfly: ["cuaU0", "cuaU2", "cuaU3.1", "cuaU10", "cuau0"],
};

for (const [variant, names] of Object.entries(LISTS) as [BsdVariant, readonly string[]][]) {
  test(`Native discovery: listBsdPorts() finds the ports of ${variant}, without its state nodes`, (t) => {
    const dev = temporaryFolder(t);
    for (const name of NODES) writeFileSync(join(dev, name), "");

    const ports = listBsdPorts(variant, dev).sort(comparePorts);

    deepEqual(
      ports.map(({ name }) => name),
      names,
    );
  });
}

test("USB metadata in discovery¹: listBsdPorts() gives path and name, nothing else", (t) => {
  const dev = temporaryFolder(t);
  writeFileSync(join(dev, "cuaU0"), "");

  const [port] = listBsdPorts("freebsd", dev);

  const { path, name, ...others } = port ?? { path: "", name: "" };
  deepEqual([path, name], [join(dev, "cuaU0"), "cuaU0"]);
  deepEqual(new Set(Object.values(others)), new Set([undefined]));
});

test("listBsdPorts() is empty where there is no device folder", (t) => {
  deepEqual(listBsdPorts("netbsd", join(temporaryFolder(t), "none")), []);
});

test("describeBsdPort() knows a port, also by a link to it, and nothing else", async (t) => {
  const dev = temporaryFolder(t);
  mkdirSync(join(dev, "below"));
  for (const name of ["cuaU0", "cuaU0.init", "null", "below/cuaU1"]) {
    writeFileSync(join(dev, name), "");
  }
  symlinkSync("cuaU0", join(dev, "modem"));
  const system = { variant: "freebsd", dev } as const;
  const describe = async (name: string): Promise<string | undefined> =>
    (await describeBsdPort(system, join(dev, name)))?.path;

  equal(await describe("cuaU0"), join(dev, "cuaU0"));
  equal(await describe("modem"), join(dev, "cuaU0"));
  equal(await describe("cuaU0.init"), undefined);
  equal(await describe("null"), undefined);
  equal(await describe("below/cuaU1"), undefined);
  equal(await describe("cuaU9"), undefined);
});
