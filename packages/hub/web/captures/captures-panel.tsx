// Captures: recordings of all traffic, for Wireshark.

import { useEffect, useState } from "preact/hooks";
import type { CaptureEntry, RecordRequest } from "../../src/page/wire.ts";
import { download } from "../parts/download.ts";
import { Notice } from "../parts/notice.tsx";
import { bytesText } from "../parts/quantities.ts";
import { useMayWrite, WriteAccess } from "../parts/write-access.tsx";
import { messageOf } from "../state/api.ts";
import { useSession } from "../state/session.ts";
import { useStore } from "../state/store.ts";

const LIST_MS = 3000;
const NAME_MAX = 40;

export function CapturesPanel({ isShown }: { readonly isShown: boolean }) {
  const { api, status } = useSession();
  const state = useStore(status);
  const [files, setFiles] = useState<readonly CaptureEntry[]>([]);
  const [error, setError] = useState<unknown>(undefined);
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
        <RecordControl
          running={state?.recording?.file}
          onRecord={(request) => void attempt(() => api.record(request))}
        />
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

interface RecordControlProps {
  /** File of the recording that runs. */
  readonly running: string | undefined;
  readonly onRecord: (request: RecordRequest) => void;
}

function RecordControl({ running, onRecord }: RecordControlProps) {
  const mayWrite = useMayWrite();
  const [text, setText] = useState("");
  if (running !== undefined) {
    return (
      <>
        <button type="button" disabled={!mayWrite} onClick={() => onRecord({ on: false })}>
          Stop recording
        </button>
        <span class="badge good">{`recording to ${running}`}</span>
      </>
    );
  }
  const name = text.trim().normalize();
  return (
    <>
      <label class="field">
        <span>Name, if you like</span>
        <input
          value={text}
          maxLength={NAME_MAX}
          disabled={!mayWrite}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button
        type="button"
        disabled={!mayWrite}
        onClick={() => onRecord({ on: true, name: name === "" ? undefined : name })}
      >
        Start recording
      </button>
    </>
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
            <th scope="col">File: a click saves it, Wireshark opens it</th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col">Last change</th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ name, bytes, modified }) => (
            <tr key={name}>
              <td class="file">
                <button type="button" aria-label={`Download ${name}`} onClick={() => onFetch(name)}>
                  {name}
                </button>
              </td>
              <td class="number">{bytesText(bytes)}</td>
              <td>{new Date(modified).toLocaleString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
