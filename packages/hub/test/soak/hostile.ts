// The hostile soak: `npm run soak:hostile -- [--seconds N] [--seed S]`. A hub of an ordinary user, and
// programs that do to its ports whatever an unprivileged program can: random settings and ioctls, line
// disciplines (TIOCSETD) and exclusive use among them, kill -9 in the middle. One network after the other
// is attacked, while checked bytes go through all others; then the attacked one has to work as well.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { HubSnapshot } from "@anyserial/hub";
import { callControl } from "@anyserial/hub/control";
import { openSerialPort } from "anyserial";
import { receiveChecked, sendChecked } from "../helpers/checked-stream.ts";

const NOBODY = 65_534;
const NETWORKS = ["n0", "n1", "n2", "n3"] as const;
const ATTACKERS = 4;
const TRANSFER_BYTES = 100_000;
const DONE_MS = 30_000;
/** A deed is broken off after 0.2 s. */
const HALTED_MS = 10_000;

/** Does one thing after the other to a port until it is killed; a call that waits is broken off. */
const ATTACK = `
import fcntl, os, random, signal, struct, sys, termios
path, seed = sys.argv[1], int(sys.argv[2])
random.seed(seed)
signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(OSError()))
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
def settings(fd):
    attributes = termios.tcgetattr(fd)
    for index in range(4): attributes[index] = random.getrandbits(32) & 0x7fffffff
    for index in (4, 5): attributes[index] = random.choice([0, 1, 9, 13, 15, 4097, 4098])
    attributes[6] = [bytes([random.randrange(256)]) for _ in attributes[6]]
    termios.tcsetattr(fd, random.choice([0, 1, 2]), attributes)
def request(fd):
    number = random.choice([0x5423, 0x5423, 0x540c, 0x540d, 0x540a, 0x540b, random.randrange(0x5401, 0x5470)])
    argument = random.choice([struct.pack("i", random.randrange(32)), os.urandom(256), random.randrange(4)])
    if number == 0x5412: return # TIOCSTI: what it types would be the attacker's own
    fcntl.ioctl(fd, number, argument)
deeds = [settings, request, request, request,
    lambda fd: os.write(fd, os.urandom(random.randrange(1, 5000))),
    lambda fd: os.read(fd, 5000),
    lambda fd: termios.tcflow(fd, random.randrange(4)),
    lambda fd: termios.tcflush(fd, random.randrange(3)),
    lambda fd: termios.tcsendbreak(fd, 0),
    lambda fd: os.fchmod(fd, random.choice([0o600, 0o666, 0])),
    lambda fd: fcntl.fcntl(fd, fcntl.F_SETFL, random.choice([0, os.O_NONBLOCK]))]
while True:
    try: fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        try: os.chmod(path, 0o600) # as an attacker may have taken the mode away, for good
        except OSError: pass
        continue
    for _ in range(random.randrange(1, 200)):
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        try: random.choice(deeds)(fd)
        except (OSError, termios.error, ValueError, OverflowError, struct.error): pass
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.write(1, b".")
    if random.random() < 0.1: os.kill(os.getpid(), signal.SIGKILL)
    os.close(fd)
`;

/** A hub in a process of its own, as an ordinary user. */
class HostileHub implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "anyserial-hostile-"));
  readonly #hub: ChildProcess;
  #log = "";

  constructor() {
    if (process.getuid?.() === 0) chownSync(this.folder, NOBODY, NOBODY);
    chmodSync(this.folder, 0o755);
    const networks = NETWORKS.map((name) => {
      const [a, b] = [this.path(name, "a"), this.path(name, "b")];
      return [name, { overflow: "backpressure", members: { a: { port: a }, b: { port: b } } }];
    });
    const config = { networks: Object.fromEntries(networks), listen: { control: "./control" } };
    const file = join(this.folder, "h.yaml");
    writeFileSync(file, JSON.stringify(config));
    this.#hub = this.run(process.execPath, [commandLine(), "hub", file, "--log"]);
    for (const stream of [this.#hub.stdout, this.#hub.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#log += text;
      });
    }
  }

  path(network: string, member: string): string {
    return join(this.folder, network, member);
  }

  get log(): string {
    return this.#log;
  }

  /** Starts a program as the user of the hub. */
  run(command: string, args: readonly string[]): ChildProcess {
    const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    return spawn(command, args, { ...user, cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
  }

  async isReady(): Promise<void> {
    while (!/hub \d+ runs/.test(this.#log)) {
      this.expectAlive();
      await turn();
    }
  }

  expectAlive(): void {
    const { exitCode, signalCode } = this.#hub;
    if (exitCode === null && signalCode === null) return;
    throw new Error(`the hub ended (${exitCode ?? signalCode}):\n${this.#log.slice(-2000)}`);
  }

  status(): Promise<HubSnapshot> {
    return callControl(join(this.folder, "control"), "status");
  }

  /** Status answers, with all members. */
  async expectStatus(): Promise<void> {
    const { networks } = await this.status();
    const count = networks.flatMap(({ members }) => members).length;
    if (count !== 2 * NETWORKS.length) throw new Error(`status has ${count} members`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#hub, "exit");
    if (this.#hub.kill("SIGTERM")) await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One attacker after the other on a port, since each ends itself now and then. */
class Attack {
  readonly #hub: HostileHub;
  readonly #running = new Set<ChildProcess>();
  #isOver = false;
  #lastDeed = performance.now();
  started = 0;
  deeds = 0;

  constructor(hub: HostileHub, network: string, seed: number) {
    this.#hub = hub;
    for (let count = 0; count < ATTACKERS; count++) {
      this.#start(hub.path(network, count % 2 === 0 ? "a" : "b"), seed * 1000 + count);
    }
  }

  /** Throws if the attack came to a halt, as a soak without an attack shows nothing. */
  expectOngoing(): void {
    if (performance.now() - this.#lastDeed < HALTED_MS) return;
    throw new Error(`no attack: ${this.started} attackers, ${this.deeds} deeds`);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(
      [...this.#running].map(async (child) => {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }),
    );
  }

  #start(path: string, seed: number): void {
    this.started++;
    const child = this.#hub.run("python3", ["-c", ATTACK, path, String(seed)]);
    this.#running.add(child);
    child.stdout?.setEncoding("utf8").on("data", (dots: string) => {
      this.deeds += dots.length;
      this.#lastDeed = performance.now();
    });
    child.once("exit", () => {
      this.#running.delete(child);
      if (!this.#isOver) this.#start(path, seed + 7919);
    });
  }
}

/** Checked bytes through both directions of a network. @returns Bytes. */
async function transfer(hub: HostileHub, network: string): Promise<number> {
  await using a = await openSerialPort(hub.path(network, "a"), { exclusive: false });
  await using b = await openSerialPort(hub.path(network, "b"), { exclusive: false });
  await settled(a, b);
  const [sent, received, back, answered] = await Promise.all([
    sendChecked(a, TRANSFER_BYTES),
    receiveChecked(b, TRANSFER_BYTES),
    sendChecked(b, TRANSFER_BYTES),
    receiveChecked(a, TRANSFER_BYTES),
  ]);
  if (sent.digest !== received.digest || back.digest !== answered.digest) {
    throw new Error(`${network}: bytes are not those that were sent`);
  }
  return 2 * TRANSFER_BYTES;
}

type Port = Awaited<ReturnType<typeof openSerialPort>>;

/** Until each receives from the other: bytes left unread by the attack are behind them. */
async function settled(a: Port, b: Port): Promise<void> {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const mark = `mark ${Math.random()}\n`;
    await from.send(Buffer.from(mark));
    for (let text = ""; !text.endsWith(mark); ) {
      text += Buffer.from(await to.receive()).toString("latin1");
    }
  }
}

async function withinTime<T>(what: string, hub: HostileHub, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(async () => {
      const status = await hub.status().catch(String);
      const log = hub.log.slice(-2000);
      reject(new Error(`${what} takes too long:\n${JSON.stringify(status)}\n${log}`));
    }, DONE_MS);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** An attacked port may be between two ptys, or still be hung up on. */
async function recover(hub: HostileHub, network: string): Promise<number> {
  for (;;) {
    hub.expectAlive();
    try {
      for (const member of ["a", "b"]) chmodSync(hub.path(network, member), 0o600);
      return await transfer(hub, network);
    } catch (error) {
      if (/bytes are not/.test(String(error))) throw error;
    }
    await turn();
  }
}

async function attack(hub: HostileHub, victim: string, options: Options): Promise<void> {
  const attackers = new Attack(hub, victim, options.seed);
  const end = performance.now() + options.seconds * 1000;
  let bytes = 0;
  let looks = 0;
  const looking = (async () => {
    for (; performance.now() < end; looks++) {
      await hub.expectStatus();
      attackers.expectOngoing();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const others = NETWORKS.filter((name) => name !== victim);
  const transferring = others.map(async (name) => {
    while (performance.now() < end) {
      hub.expectAlive();
      bytes += await withinTime(`traffic on ${name}`, hub, transfer(hub, name));
    }
  });
  await Promise.all([looking, ...transferring]).finally(() => attackers.stop());
  const after = await withinTime(`${victim} after the attack`, hub, recover(hub, victim));
  const told = `${attackers.started} attackers, ${attackers.deeds} deeds, ${looks} looks at status`;
  process.stdout.write(`${victim} attacked: ${told}, ${bytes} bytes on others, ${after} after\n`);
}

interface Options {
  readonly seconds: number;
  readonly seed: number;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

function commandLine(): string {
  const manifest = createRequire(import.meta.url).resolve("@anyserial/hub/package.json");
  return join(dirname(manifest), "../cli/bin/anyserial.js");
}

const { values } = parseArgs({
  options: {
    hostile: { type: "boolean" },
    seconds: { type: "string", default: "15" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const options = { seconds: Number(values.seconds), seed: Number(values.seed) };
process.stdout.write(`hostile soak: ${options.seconds} s a network, seed ${options.seed}\n`);
await using hub = new HostileHub();
await hub.isReady();
for (const network of NETWORKS) await attack(hub, network, options);
hub.expectAlive();
const errors = hub.log.split("\n").filter((line) => /Cannot/.test(line));
process.stdout.write(`the hub lives; ${errors.length} failures of members in its log\n`);
for (const error of errors) process.stdout.write(`${error}\n`);
