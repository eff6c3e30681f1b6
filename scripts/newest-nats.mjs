// The newest nats-server that Debian has, of its unstable suite: downloaded into a folder, not installed.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const SECONDS = 120;

/** @returns `{ binary, version, remove }`, or the reason why there is none. */
export function newestNats() {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-newest-nats-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    return { ...download(folder), remove };
  } catch (error) {
    remove();
    return error.message;
  }
}

function download(folder) {
  const archive = archiveOf(
    output("apt-get", ["indextargets", "--format", "$(ORIGIN) $(REPO_URI)"]),
  );
  const list = join(folder, "sources.list");
  writeFileSync(list, `deb [signed-by=${KEYRING}] ${archive} unstable main\n`);
  mkdirSync(join(folder, "lists", "partial"), { recursive: true });
  mkdirSync(join(folder, "archives", "partial"), { recursive: true });
  const settings = {
    "Dir::Etc::sourcelist": list,
    "Dir::Etc::sourceparts": "-",
    "Dir::State::lists": join(folder, "lists"),
    "Dir::Cache": folder,
    "APT::Sandbox::User": "root",
  };
  const apt = (...args) => {
    const options = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
    output("apt-get", [...options, "-qq", ...args], folder);
  };
  apt("update");
  apt("download", "nats-server");
  const name = readdirSync(folder).find((file) => file.endsWith(".deb"));
  output("dpkg-deb", ["-x", join(folder, name), join(folder, "files")]);
  const binary = join(folder, "files", "usr", "sbin", "nats-server");
  return { binary, version: output(binary, ["--version"]).trim() };
}

/** The archive that this machine takes Debian's packages from. */
function archiveOf(targets) {
  const uris = targets.split("\n").flatMap((line) => line.match(/^Debian (\S+)$/)?.[1] ?? []);
  const archive = uris.find((uri) => !uri.includes("security"));
  if (archive === undefined) throw new Error("this machine has no packages of Debian");
  return archive;
}

function output(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    timeout: SECONDS * 1000,
  });
  if (status !== 0) {
    const reason = error?.message ?? stderr.trim().split("\n").at(-1);
    throw new Error(`${command} ${args.at(-1)} failed: ${reason}`);
  }
  return stdout;
}
