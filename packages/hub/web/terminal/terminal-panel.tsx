// A terminal on a member: what it receives, and what is typed in its name.

import type { RefObject } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { type MemberName, memberOptions, parseMember } from "../parts/member-options.ts";
import { Notice } from "../parts/notice.tsx";
import { Select } from "../parts/select.tsx";
import { useMayWrite, WriteAccess } from "../parts/write-access.tsx";
import { messageOf } from "../state/api.ts";
import { useSession } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import { ControlLines } from "./control-lines.tsx";
import { echoOf } from "./echo.ts";
import { SendFile } from "./send-file.tsx";
import { LINE_ENDS, SendLine } from "./send-line.tsx";
import { Sender } from "./sender.ts";
import { useScreen } from "./use-screen.ts";

const ENTER_OPTIONS = [
  { value: "cr", label: "carriage return" },
  { value: "lf", label: "line feed" },
  { value: "crlf", label: "CR and LF" },
];

export function TerminalPanel() {
  const session = useSession();
  const { api, traffic, status } = session;
  const mayWrite = useMayWrite();
  const options = memberOptions(useStore(status));
  const [chosen, setChosen] = useState("");
  const [enter, setEnter] = useState("lf");
  const [echo, setEcho] = useState(true);
  const [isAnswering, setAnswering] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const value = options.some((option) => option.value === chosen) ? chosen : firstOf(options);
  const member = useMemo(() => parseMember(value), [value]);
  const send = async (bytes: Uint8Array): Promise<void> => {
    if (member === undefined) return;
    await api.send(member, bytes);
    setError(undefined);
  };
  const sender = useMemo(() => new Sender(send, setError), [member]);
  const write = (bytes: Uint8Array): void => {
    if (!mayWrite) return;
    if (echo) screen?.write(echoOf(bytes));
    sender.push(bytes);
  };
  const onKeys = (bytes: Uint8Array): void => write(withEnter(bytes, LINE_ENDS[enter] ?? ""));
  const [element, screen] = useScreen({
    log: traffic,
    networks: () => status.get()?.networks ?? [],
    member,
    onKeys,
  });
  useEffect(() => setError(undefined), [member]);
  useEffect(() => screen?.setAnswering(isAnswering), [screen, isAnswering]);
  return (
    <section class="card fill">
      <div class="toolbar">
        <Select label="Speak as" value={value} options={options} onChange={setChosen} />
        <Select label="Enter sends" value={enter} options={ENTER_OPTIONS} onChange={setEnter} />
        <label class="check">
          <input type="checkbox" checked={echo} onChange={() => setEcho(!echo)} />
          Show what I type
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={isAnswering}
            onChange={() => setAnswering(!isAnswering)}
          />
          Answer its queries
        </label>
        <button type="button" onClick={() => screen?.clear()}>
          Clear
        </button>
      </div>
      <WriteAccess what="type here" />
      {error !== undefined && <Notice kind="error">{messageOf(error)}</Notice>}
      <TerminalFrame element={element} onEnter={() => screen?.focus()} />
      <SendLine isDisabled={!mayWrite} onSend={write} />
      <div class="toolbar">
        <SendFile isDisabled={!mayWrite} send={send} onError={setError} />
        {realPorts(session, member).map((port) => (
          <ControlLines key={port.member} port={port} isDisabled={!mayWrite} onError={setError} />
        ))}
      </div>
    </section>
  );
}

interface TerminalFrameProps {
  readonly element: RefObject<HTMLDivElement | null>;
  readonly onEnter: () => void;
}

function TerminalFrame({ element, onEnter }: TerminalFrameProps) {
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset has no place for a terminal */}
      <div
        class="screen"
        ref={element}
        role="group"
        aria-label="Terminal"
        aria-describedby="terminal-keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: Enter leads into it
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.target !== event.currentTarget) return;
          event.preventDefault();
          onEnter();
        }}
      />
      <p class="muted" id="terminal-keys">
        Enter leads into the terminal, Shift+Tab leaves it.
      </p>
    </>
  );
}

function firstOf(options: readonly { readonly value: string }[]): string {
  return options[0]?.value ?? "";
}

/** The real ports on the network of a member. */
function realPorts(
  { status }: ReturnType<typeof useSession>,
  member: MemberName | undefined,
): readonly MemberName[] {
  const networks = status.get()?.networks ?? [];
  return networks
    .filter(({ name }) => name === member?.network)
    .flatMap(({ name: network, members }) =>
      members
        .filter(({ kind }) => kind === "serial")
        .map(({ name }) => ({ network, member: name })),
    );
}

/** Replaces the carriage return of the Enter key. */
function withEnter(bytes: Uint8Array, end: string): Uint8Array {
  const text = new TextDecoder().decode(bytes).replaceAll("\r", end);
  return new TextEncoder().encode(text);
}
