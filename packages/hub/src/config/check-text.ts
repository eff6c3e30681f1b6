// The arguments of checkHubConfig(). Pure.

import { checkOptions, invalid } from "anyserial/arguments";

/** Options of `checkHubConfig()`. */
export interface CheckOptions {
  /** Name of the file, for messages. @defaultValue "hub.yaml" */
  readonly file?: string | undefined;
  /** Folder that relative paths start from. @defaultValue the folder of `file` */
  readonly directory?: string | undefined;
}

/** Checks the options of checkHubConfig(), and the text itself. */
export function checkConfigText(text: string, options: CheckOptions): void {
  if (typeof text !== "string") {
    throw invalid("text", text, {
      expected: "the text of a configuration file",
      hint: "read the file first, or let loadHubConfig(file) do both",
    });
  }
  checkOptions(options, { known: ["file", "directory"], bare: { string: "file" } });
}
