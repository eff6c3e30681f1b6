// Kept because it is the only check of the BSD and macOS tables that the author of a table did not write: a wrong
// number there makes a wrong ioctl on systems that CI does not run.
// It compares the ABI tables with an independent source: the Rust libc crate, which Debian ships as
// librust-libc-dev, read as text. `npm run check:abi [folder of the crate's src]`. Without the crate it
// says so and passes: the tables are pinned by unit tests as well.
import { existsSync, readdirSync } from "node:fs";
import { RustSource } from "./rust-source.mjs";

const REGISTRY = "/usr/share/cargo/registry";
const BSD = "unix/bsd";
const FREEBSD = `${BSD}/freebsdlike/freebsd`;
const LINUX = "unix/linux_like/linux";
/** Folders of the crate, by our name of the CPU. */
const CPUS = {
  x64: "x86_64",
  arm64: "aarch64",
  ia32: "x86",
  arm: "arm",
  riscv64: "riscv64",
  loong64: "loongarch64",
  ppc64: "powerpc64",
};
const WORDS_OF_32_BITS = ["ia32", "arm"];

/** Files of each target, the most special first. */
const SOURCES = {
  darwin: (cpu) => [
    `${BSD}/apple/b64/${CPUS[cpu]}/mod.rs`,
    `${BSD}/apple/b64/mod.rs`,
    `${BSD}/apple/mod.rs`,
  ],
  freebsd: (cpu) => [
    ...[`${CPUS[cpu]}.rs`, `${CPUS[cpu]}/mod.rs`, "freebsd14/mod.rs", "mod.rs"].map(
      (file) => `${FREEBSD}/${file}`,
    ),
    `${BSD}/freebsdlike/mod.rs`,
  ],
  openbsd: () => [`${BSD}/netbsdlike/openbsd/mod.rs`, `${BSD}/netbsdlike/mod.rs`],
  netbsd: () => [`${BSD}/netbsdlike/netbsd/mod.rs`, `${BSD}/netbsdlike/mod.rs`],
  dragonfly: () => [`${BSD}/freebsdlike/dragonfly/mod.rs`, `${BSD}/freebsdlike/mod.rs`],
  linux: (cpu) => [
    ...linuxFiles(cpu).map((file) => `${LINUX}/${file}`),
    `${LINUX}/mod.rs`,
    "unix/linux_like/mod.rs",
  ],
};
/** Numbers of our own, made of several or of none that a header has. */
const OUR_OWN = ["DTRDSR", "speedSize"];
/** Names in the headers for constants that have another name in our tables. */
const HEADER_NAMES = { TERMIOS_GET: "TIOCGETA", TERMIOS_SET: "TIOCSETA" };
const LINUX_NAMES = { TERMIOS_GET: "TCGETS2", TERMIOS_SET: "TCSETS2" };
/** TCGETS of ppc64 is, in the crate, that of glibc's own struct, which the kernel never sees. */
const NONE = {};
const crate = process.argv[2] ?? findCrate();
if (crate === undefined) {
  console.log(
    "check:abi skipped: librust-libc-dev is not installed: apt-get install librust-libc-dev",
  );
  process.exit(0);
}
const tables = await Promise.all([
  ...["freebsd", "openbsd", "netbsd", "dragonfly"].map(async (system) => {
    const { bsdAbi } = await internal("bsd/abi");
    return [system, (cpu) => bsdAbi(system, cpu)];
  }),
  Promise.all([internal("darwin/abi"), internal("darwin/folder-abi")]).then(
    ([{ darwinAbi }, { darwinFolderAbi }]) => [
      "darwin",
      (cpu) => withFolder(darwinAbi(cpu), ({ errno }) => darwinFolderAbi(errno)),
    ],
  ),
  Promise.all([internal("linux/abi"), internal("linux/folder-abi")]).then(
    ([{ linuxAbi }, { linuxFolderAbi }]) => [
      "linux",
      (cpu) => withFolder(linuxAbi(cpu), ({ errno }) => linuxFolderAbi(cpu, errno)),
    ],
  ),
]);
let passed = 0;
let failed = 0;
for (const [system, abiOf] of tables) {
  for (const cpu of Object.keys(CPUS)) {
    const abi = abiOf(cpu);
    if (abi !== undefined) compare(system, cpu, abi);
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Both tables of a CPU as one. */
function withFolder(abi, folderOf) {
  return abi && { ...folderOf(abi), ...abi };
}

function findCrate() {
  if (!existsSync(REGISTRY)) return undefined;
  const name = readdirSync(REGISTRY).find((folder) => /^libc-\d/.test(folder));
  return name === undefined ? undefined : `${REGISTRY}/${name}/src`;
}

function internal(path) {
  return import(new URL(`../packages/anyserial/dist/${path}.js`, import.meta.url).href);
}

function linuxFiles(cpu) {
  const word = WORDS_OF_32_BITS.includes(cpu) ? "b32" : "b64";
  const kind = cpu === "ppc64" ? "powerpc" : "generic";
  return [
    ...[`gnu/${word}/${CPUS[cpu]}/mod.rs`, `gnu/${word}/mod.rs`, "gnu/mod.rs"],
    `arch/${kind}/mod.rs`,
  ];
}

/** Compares everything of one table that the crate has, and says what it has not. */
function compare(system, cpu, abi) {
  const files = [...SOURCES[system](cpu), `${BSD}/mod.rs`, "unix/mod.rs"];
  const source = new RustSource(
    files.map((file) => `${crate}/${file}`),
    WORDS_OF_32_BITS.includes(cpu) ? 4 : 8,
  );
  const names = cpu === "ppc64" ? NONE : system === "linux" ? LINUX_NAMES : HEADER_NAMES;
  const wrong = [];
  const absent = [];
  let agree = 0;
  const check = (name, ours, theirs) => {
    if (theirs === undefined || theirs.length === 0) absent.push(name);
    else if (theirs.includes(ours)) agree++;
    else wrong.push(`${name}: the table has ${ours}, the crate ${theirs.join(" or ")}`);
  };
  const { kqueue = {}, errno, termios, ...own } = abi;
  for (const made of OUR_OWN) delete own[made];
  const numbers = Object.entries({ ...own, ...kqueue, ...errno });
  for (const [name, value] of numbers) {
    if (typeof value === "number") check(name, value, source.values(names[name] ?? name));
  }
  if (kqueue.symbol === "__kevent50") check("symbol", true, [source.links("__kevent50")]);
  // The crate has neither termios2 nor, as text, the packing of epoll_event.
  const layouts =
    system === "linux" ? {} : { termios, kevent: kqueue.kevent, timespec: kqueue.timespec };
  for (const [name, layout] of Object.entries(layouts)) {
    const theirs = source.struct(name);
    if (theirs === undefined) continue;
    check(`sizeof ${name}`, layout.size, [theirs.size]);
    for (const [field, { offset, size }] of Object.entries(layout.fields)) {
      const at = theirs.fields[field];
      check(`${name}.${field}`, `${offset}:${size}`, at && [at]);
    }
  }
  passed += agree;
  failed += wrong.length;
  const also = absent.length > 0 ? `; not in the crate: ${absent.join(" ")}` : "";
  console.log(`${system} ${cpu}: ${agree} agree, ${wrong.length} differ${also}`);
  for (const line of wrong) console.error(`  ${line}`);
}
