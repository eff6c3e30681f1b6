// One sentence about something that went wrong, or that is needed.

import type { ComponentChildren } from "preact";

interface NoticeProps {
  readonly kind: "error" | "hint";
  readonly children: ComponentChildren;
}

export function Notice({ kind, children }: NoticeProps) {
  return (
    <p class={`notice ${kind}`} role={kind === "error" ? "alert" : "note"}>
      {children}
    </p>
  );
}
