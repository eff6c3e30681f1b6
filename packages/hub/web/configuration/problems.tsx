// What is wrong with a configuration file, by line and field.

import type { ConfigProblem } from "../../src/config/problem.ts";

interface ProblemsProps {
  readonly problems: readonly ConfigProblem[];
  /** The file, to show its lines. */
  readonly text: string | undefined;
}

export function Problems({ problems, text }: ProblemsProps) {
  if (problems.length === 0) return null;
  const lines = text?.split("\n") ?? [];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
    <section class="scroll" tabIndex={0} aria-label="Problems">
      <table class="problems">
        <caption>Nothing was changed</caption>
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">Field</th>
            <th scope="col">Problem</th>
            <th scope="col">Hint</th>
          </tr>
        </thead>
        <tbody>
          {problems.map(({ line, column, field, reason, hint }) => (
            <tr key={`${line} ${column} ${field} ${reason}`}>
              <td>
                {line ?? ""} <code>{lines[(line ?? 0) - 1]?.trim() ?? ""}</code>
              </td>
              <td>{field}</td>
              <td>{reason}</td>
              <td>{hint ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
