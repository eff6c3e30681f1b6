// DTR, RTS and break of a real port.

import { useState } from "preact/hooks";
import type { LinesRequest } from "../../src/page/wire.ts";
import type { MemberName } from "../parts/member-options.ts";
import { useSession } from "../state/session.ts";

const BREAK_MS = 250;

interface ControlLinesProps {
  /** A member that is a real port. */
  readonly port: MemberName;
  readonly isDisabled: boolean;
  readonly onError: (error: unknown) => void;
}

/** A line as it was set last; the page cannot read it back. */
type Level = boolean | undefined;

export function ControlLines({ port, isDisabled, onError }: ControlLinesProps) {
  const { api } = useSession();
  const [levels, setLevels] = useState<Readonly<Record<"dtr" | "rts", Level>>>({
    dtr: undefined,
    rts: undefined,
  });
  const request = async (lines: Omit<LinesRequest, "network" | "member">): Promise<void> => {
    try {
      await api.setLines({ ...port, ...lines });
      setLevels({ ...levels, ...lines });
    } catch (error) {
      onError(error);
    }
  };
  return (
    <fieldset class="group" disabled={isDisabled}>
      <legend>{`Lines of ${port.member}`}</legend>
      {(["dtr", "rts"] as const).map((line) => (
        <button
          key={line}
          type="button"
          aria-pressed={levels[line] === true}
          onClick={() => void request({ [line]: levels[line] !== true })}
        >
          {`${line.toUpperCase()} ${levels[line] === undefined ? "?" : levels[line] ? "on" : "off"}`}
        </button>
      ))}
      <button type="button" onClick={() => void request({ breakMs: BREAK_MS })}>
        Break
      </button>
    </fieldset>
  );
}
