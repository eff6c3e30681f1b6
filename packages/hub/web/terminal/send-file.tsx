// Sends a file, with its progress.

import { useRef, useState } from "preact/hooks";
import { bytesText } from "../parts/quantities.ts";
import { sendPieces } from "./sender.ts";

interface SendFileProps {
  readonly isDisabled: boolean;
  readonly send: (bytes: Uint8Array) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

interface Progress {
  readonly name: string;
  readonly sent: number;
  readonly length: number;
}

export function SendFile({ isDisabled, send, onError }: SendFileProps) {
  const [progress, setProgress] = useState<Progress | undefined>(undefined);
  const running = useRef<AbortController | undefined>(undefined);
  const start = async (file: File): Promise<void> => {
    const abort = new AbortController();
    const { signal } = abort;
    running.current = abort;
    const report = (sent: number): void =>
      setProgress({ name: file.name, sent, length: file.size });
    report(0);
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      await sendPieces(bytes, send, { onProgress: report, signal });
    } catch (error) {
      if (signal.aborted) setProgress(undefined);
      else onError(error);
    }
  };
  const isRunning = progress !== undefined && progress.sent < progress.length;
  return (
    <span class="group">
      <label class="field">
        <span>Send a file</span>
        <input
          type="file"
          disabled={isDisabled || isRunning}
          onChange={({ currentTarget: input }) => {
            const [file] = input.files ?? [];
            if (file !== undefined) void start(file);
            input.value = "";
          }}
        />
      </label>
      {progress !== undefined && (
        <>
          <progress
            aria-label={`Sent of ${progress.name}`}
            max={progress.length}
            value={progress.sent}
          />
          <span class="muted">{`${bytesText(progress.sent)} of ${bytesText(progress.length)}`}</span>
        </>
      )}
      {isRunning && (
        <button type="button" onClick={() => running.current?.abort()}>
          Stop
        </button>
      )}
    </span>
  );
}
