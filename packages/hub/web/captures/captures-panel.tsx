// Captures: recordings of all traffic, for Wireshark.

import { useEffect, useState } from "preact/hooks";
import type { CaptureEntry } from "../../src/page/wire.ts";
import { download } from "../parts/download.ts";
import { Notice } from "../parts/notice.tsx";
import { bytesText } from "../parts/quantities.ts";
import { useMayWrite, WriteAccess } from "../parts/write-access.tsx";
import { messageOf } from "../state/api.ts";
import { useSession } from "../state/session.ts";
import { useStore } from "../state/store.ts";

const LIST_MS = 3000;

export function CapturesPanel({ isShown }: { readonly isShown: boolean }) {
  const { api, status } = useSession();
  const state = useStore(status);
  const mayWrite = useMayWrite();
  const [files, setFiles] = useState<readonly CaptureEntry[]>([]);
  const [error, setError] = useState<unknown>(undefined);
  const isRunning = state?.recording !== undefined;
  const attempt = async (action: () => Promise<void>): Promise<void> => {
    try {
      await action();
      setError(undefined);
      setFiles(await api.captures());
    } catch (failure) {
      setError(failure);
    }
  };
  useEffect(() => {
    if (!isShown) return undefined;
    const list = (): void => void attempt(async () => undefined);
    list();
    const timer = setInterval(list, LIST_MS);
    return () => clearInterval(timer);
  }, [isShown]);
  return (
    <section class="card">
      <div class="toolbar">
        <h2>Captures</h2>
        <button
          type="button"
          disabled={!mayWrite}
          onClick={() => void attempt(() => api.record(!isRunning))}
        >
          {isRunning ? "Stop recording" : "Start recording"}
        </button>
        {isRunning && <span class="badge good">{`recording to ${state?.recording?.file}`}</span>}
      </div>
      <WriteAccess what="start or stop a recording" />
      {error !== undefined && <Notice kind="error">{messageOf(error)}</Notice>}
      {[state?.capture, state?.recording].map(
        (capture) =>
          capture?.error !== undefined && (
            <Notice key={capture.file} kind="error">
              {capture.error}
            </Notice>
          ),
      )}
      <FileTable
        files={files}
        onFetch={(name) => void attempt(async () => download(name, await api.capture(name)))}
      />
    </section>
  );
}

interface FileTableProps {
  readonly files: readonly CaptureEntry[];
  readonly onFetch: (name: string) => void;
}

function FileTable({ files, onFetch }: FileTableProps) {
  if (files.length === 0) return <p class="muted">There are no recordings.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
    <section class="scroll" tabIndex={0} aria-label="Table of recordings">
      <table>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col">Last change</th>
            <th scope="col">Wireshark opens it</th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ name, bytes, modified }) => (
            <tr key={name}>
              <td>{name}</td>
              <td class="number">{bytesText(bytes)}</td>
              <td>{new Date(modified).toLocaleString()}</td>
              <td>
                <button type="button" aria-label={`Download ${name}`} onClick={() => onFetch(name)}>
                  Download
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
