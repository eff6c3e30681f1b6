// Server-sent events out of pieces of text.

export interface ServerEvent {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: string;
}

export class SseParser {
  #rest = "";

  /** Takes a piece. @returns The events that it completes. */
  push(text: string): readonly ServerEvent[] {
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.map(parseBlock);
  }
}

function parseBlock(block: string): ServerEvent {
  const fields = new Map(
    block.split("\n").map((line) => {
      const at = line.indexOf(": ");
      return [line.slice(0, at), line.slice(at + 2)] as const;
    }),
  );
  return { name: fields.get("event") ?? "", id: fields.get("id"), data: fields.get("data") ?? "" };
}
