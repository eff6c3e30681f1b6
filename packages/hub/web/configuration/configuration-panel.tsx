// Configuration: the file, what is in force, and its reload.

import { useEffect, useState } from "preact/hooks";
import type { ConfigProblem } from "../../src/config/problem.ts";
import type { PageConfig } from "../../src/page/wire.ts";
import { Notice } from "../parts/notice.tsx";
import { useMayWrite, WriteAccess } from "../parts/write-access.tsx";
import { messageOf, RequestError } from "../state/api.ts";
import { useSession } from "../state/session.ts";
import { Problems } from "./problems.tsx";

export function ConfigurationPanel({ isShown }: { readonly isShown: boolean }) {
  const { api } = useSession();
  const mayWrite = useMayWrite();
  const [config, setConfig] = useState<PageConfig | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  const [isDone, setDone] = useState(false);
  const attempt = async (action: () => Promise<void>, done: boolean): Promise<void> => {
    setDone(false);
    try {
      await action();
      setError(undefined);
      setDone(done);
    } catch (failure) {
      setError(failure);
    }
    setConfig(await api.config().catch(() => undefined));
  };
  useEffect(() => {
    if (isShown) void attempt(async () => undefined, false);
  }, [isShown]);
  return (
    <section class="card">
      <div class="toolbar">
        <h2>Configuration</h2>
        <button
          type="button"
          disabled={!mayWrite}
          onClick={() => void attempt(() => api.reload(), true)}
        >
          Reload the file
        </button>
        <span role="status">{isDone ? "Reloaded." : ""}</span>
      </div>
      <WriteAccess what="reload the file" />
      {error !== undefined && <Notice kind="error">{firstLine(messageOf(error))}</Notice>}
      <Problems problems={problemsOf(error)} text={config?.text} />
      {config !== undefined && <Texts config={config} />}
    </section>
  );
}

function Texts({ config: { file, text, inForce } }: { readonly config: PageConfig }) {
  return (
    <div class="columns">
      <section>
        <h3>{`The file ${file}`}</h3>
        <Code text={text ?? "It cannot be read."} label="The file" />
      </section>
      <section>
        <h3>In force</h3>
        <Code text={inForce} label="The configuration in force" />
      </section>
    </div>
  );
}

function Code({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
    <section class="code" tabIndex={0} aria-label={label}>
      <ol>
        {text
          .replace(/\n$/, "")
          .split("\n")
          .map((line, at) => (
            <li key={at}>{line}</li>
          ))}
      </ol>
    </section>
  );
}

function problemsOf(error: unknown): readonly ConfigProblem[] {
  return error instanceof RequestError ? (error.report?.problems ?? []) : [];
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
