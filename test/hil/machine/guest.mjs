// Boots one guest, lets it run its tests, and sees to it that nothing of it is left. It knows nothing of
// what the guest tests: that is in ../guests.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toolEnvironment } from "./architecture.mjs";
import { Host } from "./host.mjs";
import { provideInitramfs } from "./initramfs.mjs";
import { provideTree } from "./trees.mjs";

/**
 * @typedef Guest A machine and its tests, `test/hil/NAME/*.test.ts`.
 * @property {string} name
 * @property {import("./architecture.mjs").Architecture} architecture
 * @property {number} timeoutSeconds The machine is ended after this, whatever it does.
 * @property {number} [fileTimeoutSeconds] A test file is ended after this; 120 by default.
 * @property {boolean} [onlyNamed] It runs only when `--guest` names it.
 * @property {string[]} modules Kernel modules to load, in order, each with its parameters behind it: `dummy_hcd num=2`.
 * @property {string[]} devices Arguments of QEMU.
 * @property {string[]} [channels] Names of socket chardevs whose other end the host is, see channel.mjs.
 * @property {[string, string][]} [cables] Pairs of socket chardevs that are connected to each other.
 * @property {string[]} [libraryTests] Tests of the library that run there as well: `integration/sync`.
 * @property {string[]} [programs] Packages of Debian whose programs the tests run: see helpers/debian-programs.ts.
 * @property {Record<string, string>} [env] Environment of the tests.
 * @property {string[]} [setup] Lines of shell that the guest runs before the tests, such as a mount of configfs.
 */

const TESTS_PROGRAM = fileURLToPath(new URL("../guest/run-tests.mjs", import.meta.url));
/** From the demand to end until the kernel ends it, for a machine that is frozen. */
const KILL_AFTER_SECONDS = 5;
const SHELL_SECONDS = 24 * 3600;

/**
 * Provides the packages that the guests of an architecture are made of.
 *
 * @param architecture As of architecture.mjs.
 * @param context As of provideTree().
 * @returns The folders by their names, and the versions of what was asked for.
 */
export async function provideTrees(architecture, context) {
  const trees = {};
  const versions = [];
  for (const [name, tree] of Object.entries(architecture.trees)) {
    const provided = await provideTree(tree, context);
    trees[name] = provided.path;
    versions.push(...provided.versions);
  }
  return { trees, versions };
}

/**
 * Builds the files that a guest boots from.
 *
 * @param guest Its definition, from ../guests.
 * @param provided From provideTrees().
 * @param context As of provideTree().
 */
export async function prepareGuest(guest, { trees, versions }, context) {
  const { architecture } = guest;
  const release = readdirSync(join(trees.kernel, "lib/modules"))[0];
  const initramfs = await provideInitramfs(
    { ...trees, release, busybox: architecture.busybox(trees), modules: guest.modules },
    context,
  );
  const kernel = join(trees.kernel, "boot", `vmlinuz-${release}`);
  return { guest, trees, versions, kernel, initramfs };
}

/**
 * Boots a guest and waits for its end.
 *
 * @param prepared From prepareGuest().
 * @param options `files` to test, as of runTestFiles(); or `shell`; `signal` that ends the machine;
 *   `print`, which takes its output.
 * @returns The counts of the tests, as of runTestFiles(), or why there are none.
 */
export async function runGuest(prepared, { files, shell, signal, print }) {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-hil-"));
  const seconds = shell ? SHELL_SECONDS : prepared.guest.timeoutSeconds;
  try {
    writeStart(folder, prepared, { files, shell });
    const machine = startMachine(folder, prepared, { seconds, shell });
    const ended = once(machine, "exit");
    const stop = () => machine.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    machine.stdout?.on("data", print);
    machine.stderr?.on("data", print);
    const given = new AbortController();
    const connecting = Host.connect((name) => join(folder, name), prepared.guest, given.signal);
    connecting.catch(() => undefined);
    const [code] = await ended;
    given.abort();
    signal.removeEventListener("abort", stop);
    const host = await connecting.catch(() => undefined);
    return host?.result ?? { failure: whyNoResult(code, seconds) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function whyNoResult(code, seconds) {
  if (code === 124 || code === 137) return `the machine was ended after ${seconds} s`;
  return `the machine ended (${code}) before its tests did`;
}

/** Writes the script of the guest's init: the mounts of a system, then the tests, then the end. */
function writeStart(folder, { guest, trees }, { files, shell }) {
  const { architecture } = guest;
  const job = { files, timeoutSeconds: guest.fileTimeoutSeconds ?? 120 };
  writeFileSync(join(folder, "job.json"), JSON.stringify(job));
  const node = architecture.node(trees);
  const environment = {
    HOME: "/root",
    PATH: architecture.path,
    ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
    ...guest.env,
  };
  const test = shell
    ? "/hil/busybox setsid /hil/busybox cttyhack /bin/sh -i"
    : `${quote(node)} ${quote(TESTS_PROGRAM)} ${quote(join(folder, "job.json"))}`;
  const lines = [
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}`),
    "/hil/busybox --install -s /hil",
    ...architecture.start(trees),
    "mount -t tmpfs run /run",
    "mkdir -p /dev/pts /dev/shm",
    "mount -t devpts devpts /dev/pts",
    "mount -t tmpfs shm /dev/shm",
    ...(shell ? [] : ["stty -opost"]),
    "ifconfig lo 127.0.0.1 up",
    ...(guest.setup ?? []),
    `cd ${quote(process.cwd())}`,
    test,
    "echo o > /proc/sysrq-trigger",
    "sleep 10",
  ];
  writeFileSync(join(folder, "start.sh"), `${lines.join("\n")}\n`);
}

function quote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Two chardevs, one of which is connected to the other. */
function cable(folder, [one, other]) {
  const path = join(folder, `${one}-${other}`);
  return [
    ...["-chardev", `socket,id=${one},path=${path},server=on,wait=off`],
    ...["-chardev", `socket,id=${other},path=${path}`],
  ];
}

/**
 * Starts QEMU. `timeout` ends it after its time, the hard way if need be; `setpriv` ends either
 * when its parent is gone.
 */
function startMachine(folder, { guest, trees, kernel, initramfs }, { seconds, shell }) {
  const { architecture } = guest;
  const socket = (name) => `socket,id=${name},path=${join(folder, name)},server=on,wait=off`;
  const root = architecture.root(trees);
  const args = [
    "--pdeathsig=TERM",
    ...["timeout", `--kill-after=${KILL_AFTER_SECONDS}`, ...(shell ? ["--foreground"] : [])],
    ...[String(seconds), "setpriv", "--pdeathsig=KILL", join(trees.tools, architecture.emulator)],
    ...["-L", join(trees.tools, "usr/share/qemu"), "-L", join(trees.tools, "usr/share/seabios")],
    ...["-accel", "tcg", "-smp", "2", ...architecture.arguments],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-kernel", kernel, "-initrd", initramfs, "-append"],
    `console=hvc0 loglevel=2 panic=-1 mitigations=off hil.run=${folder} hil.root=${root}`,
    ...["-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap"],
    ...["-device", "virtio-9p-pci,fsdev=host,mount_tag=host"],
    ...["-device", "virtio-serial-pci,id=virtual", "-chardev", "stdio,id=console,signal=off"],
    ...["-device", "virtconsole,bus=virtual.0,chardev=console", "-chardev", socket("requests")],
    ...["-device", "virtserialport,bus=virtual.0,chardev=requests,name=anyserial.host"],
    ...["-chardev", socket("qmp"), "-mon", "chardev=qmp,mode=control"],
    ...(guest.channels ?? []).flatMap((name) => ["-chardev", socket(name)]),
    ...(guest.cables ?? []).flatMap((ends) => cable(folder, ends)),
    ...guest.devices,
  ];
  return spawn("setpriv", args, {
    env: toolEnvironment(trees.tools),
    stdio: shell ? "inherit" : ["ignore", "pipe", "pipe"],
  });
}
