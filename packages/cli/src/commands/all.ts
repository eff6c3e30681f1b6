// The commands by name; each is loaded when it is called, so that `--help` starts fast.

import type { Command } from "../command/command.ts";

/** A command that is not loaded yet. */
export interface CommandEntry {
  /** One line for the list of commands. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every command, in the order of the help. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  list: {
    summary: "List the serial ports of this machine; with --watch, also changes",
    load: async () => (await import("./list.ts")).list,
  },
  monitor: {
    summary: "Talk to a port: an interactive terminal, also in a pipe",
    load: async () => (await import("./monitor.ts")).monitor,
  },
  send: {
    summary: "Send bytes and end; with --until, print the reply",
    load: async () => (await import("./send.ts")).send,
  },
  receive: {
    summary: "Print what arrives, until a text, a count or a time",
    load: async () => (await import("./receive.ts")).receive,
  },
  request: {
    summary: "Send a message and print the answer",
    load: async () => (await import("./request.ts")).request,
  },
  serve: {
    summary: "Serve a port to other machines: RFC 2217, raw TCP, TLS",
    load: async () => (await import("./serve.ts")).serve,
  },
  run: {
    summary: "Run a script that was written for Web Serial in a browser",
    load: async () => (await import("./run.ts")).run,
  },
  sniff: {
    summary: "Show what an application and its device send to each other",
    load: async () => (await import("./sniff.ts")).sniff,
  },
  web: {
    summary: "See ports in a browser: traffic, a terminal, plots, recordings",
    load: async () => (await import("./web.ts")).web,
  },
  adapter: {
    summary: "Emulate a USB serial adapter, which the system takes for hardware",
    load: async () => (await import("./adapter.ts")).adapter,
  },
  hub: {
    summary: "A virtual serial network between applications, ports and peers",
    load: async () => (await import("./hub.ts")).hub,
  },
  doctor: {
    summary: "Find out what is wrong with a port, and how to fix it",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  demo: {
    summary: "Two emulated ports with a simulated instrument: no hardware needed",
    load: async () => (await import("./demo.ts")).demo,
  },
};
