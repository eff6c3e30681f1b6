// The commands by name; each is loaded when it is called, so that `--help` starts fast.

import type { Command } from "./command.ts";

/** A command that is not loaded yet. */
export interface CommandEntry {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loads it. */
  load(): Promise<Command>;
}

/** Every command, in the order of the help. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  list: {
    summary: "The serial ports of this machine; with --watch, as they come and go",
    load: async () => (await import("./commands/list.ts")).list,
  },
  monitor: {
    summary: "Talk to a port: an interactive terminal, also in a pipe",
    load: async () => (await import("./commands/monitor.ts")).monitor,
  },
  send: {
    summary: "Send bytes and end; with --until, print the reply",
    load: async () => (await import("./commands/send.ts")).send,
  },
  receive: {
    summary: "Print what arrives, until a text, a count or a time",
    load: async () => (await import("./commands/receive.ts")).receive,
  },
  hub: {
    summary: "A virtual serial network between applications, ports and peers",
    load: async () => (await import("./commands/hub.ts")).hub,
  },
  doctor: {
    summary: "Find out what is wrong with a port, and what mends it",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  demo: {
    summary: "Two emulated ports with a simulated instrument: no hardware needed",
    load: async () => (await import("./commands/demo.ts")).demo,
  },
};
