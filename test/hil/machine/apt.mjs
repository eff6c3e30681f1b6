// Downloads Debian packages without installing any: apt with lists and settings of its own, so that
// nothing of the host changes and packages of another architecture can be had.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.mjs";

const HOST_STATUS = "/var/lib/dpkg/status";
const UPDATE_MS = 120_000;
const DOWNLOAD_MS = 300_000;

/** The archive that the host's apt sources name, for one architecture. */
export class Apt {
  #architecture;
  #options;
  #signal;

  /**
   * @param folder Keeps the lists of the archive.
   * @param architecture Debian's name of it: `amd64`, `arm64`.
   * @param signal Ends running programs.
   */
  constructor(folder, architecture, signal) {
    const state = join(folder, architecture);
    for (const name of ["lists/partial", "archives/partial"]) {
      mkdirSync(join(state, name), { recursive: true });
    }
    this.#architecture = architecture;
    this.#signal = signal;
    this.#options = {
      "Dir::State": state,
      "Dir::State::lists": join(state, "lists"),
      "Dir::Cache": state,
      "Dir::State::status": this.#status(state),
      "APT::Architecture": architecture,
      "APT::Architectures": architecture,
      "APT::Sandbox::User": "",
      "Debug::NoLocking": "true",
    };
  }

  /** Fetches the lists of the archive. A source that does not answer is passed over. */
  async update() {
    try {
      await this.#apt("apt-get", ["-qq", "update"], { timeout: UPDATE_MS });
    } catch (error) {
      if (this.#signal.aborted) throw error;
    }
  }

  /** All versions of a package, the newest first. */
  async versions(name) {
    const lines = await this.#apt("apt-cache", ["madison", name]);
    return lines.split("\n").flatMap((line) => line.split("|")[1]?.trim() || []);
  }

  /** Names of the packages that match a regular expression. */
  async names(pattern) {
    const lines = await this.#apt("apt-cache", ["pkgnames"]);
    return lines.split("\n").filter((name) => pattern.test(name));
  }

  /** Packages that an installation would add to the host, each as `name=version`. */
  async missing(packages) {
    const plan = await this.#apt("apt-get", [
      "--simulate",
      "--no-install-recommends",
      "install",
      ...packages,
    ]);
    const lines = [...plan.matchAll(/^Inst (\S+) (?:\[\S*\] )?\((\S+)/gm)];
    return lines.map(([, name, version]) => `${name}=${version}`);
  }

  /** Downloads packages, each `name=version`, into a folder. @returns The paths of the files. */
  async download(packages, folder) {
    mkdirSync(folder, { recursive: true });
    const options = { cwd: folder, timeout: DOWNLOAD_MS };
    await this.#apt("apt-get", ["-qq", "download", ...packages], options);
    return readdirSync(folder).map((file) => join(folder, file));
  }

  /** Packages installed on the host satisfy dependencies, if the host has the same architecture. */
  #status(state) {
    const isHost = process.arch === "x64" && this.#architecture === "amd64";
    if (isHost && existsSync(HOST_STATUS)) return HOST_STATUS;
    const empty = join(state, "status");
    writeFileSync(empty, "");
    return empty;
  }

  async #apt(program, args, options = {}) {
    const settings = Object.entries(this.#options).flatMap(([key, value]) => [
      "-o",
      `${key}=${value}`,
    ]);
    const env = { ...process.env, LC_ALL: "C" };
    const all = { env, signal: this.#signal, ...options };
    return (await run(program, [...settings, ...args], all)).toString();
  }
}
