// One message in full: its bytes by lines of 16.

import { toHex, toText } from "./bytes.ts";
import { DIRECTION_WORDS } from "./export.ts";
import { clockText } from "./times.ts";
import type { Message } from "./traffic-log.ts";

const LINE = 16;

interface MessageDetailProps {
  readonly message: Message;
  readonly onClose: () => void;
}

export function MessageDetail({ message, onClose }: MessageDetailProps) {
  const { bytes, length, time, network, member, direction, seq } = message;
  const lines = Array.from({ length: Math.ceil(bytes.length / LINE) }, (_, at) => {
    const part = bytes.subarray(at * LINE, at * LINE + LINE);
    const offset = (at * LINE).toString(16).padStart(4, "0");
    return `${offset}  ${toHex(part).padEnd(3 * LINE)} ${toText(part)}`;
  });
  const rest = length - bytes.length;
  return (
    <section class="detail" aria-label="Selected message">
      <div class="toolbar">
        <strong>{`Message ${seq}: ${network}/${member} ${DIRECTION_WORDS[direction]} ${length} bytes`}</strong>
        <span class="muted">{clockText(time)}</span>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys */}
      <pre tabIndex={0}>
        {lines.join("\n")}
        {rest > 0 && `\n${rest} more bytes are not shown`}
      </pre>
    </section>
  );
}
