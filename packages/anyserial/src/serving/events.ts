// Events of a server, and its modes. Types only.

/** An event that matters to an operator. */
export type ServerEvent =
  | { readonly type: "open"; readonly peer: string }
  /** `reason` says why, if the client did not just close. */
  | { readonly type: "close"; readonly peer: string; readonly reason: string | undefined }
  /** A connection failed before there was a client, such as by its certificate. */
  | { readonly type: "failed"; readonly peer: string; readonly reason: string }
  /** A client was disconnected because another one is served. */
  | { readonly type: "refused"; readonly peer: string; readonly present: string }
  /** A client does not read: bytes for it are lost from now on. */
  | { readonly type: "stalled"; readonly peer: string }
  /** The bytes lost since then, when the client reads again or leaves. */
  | { readonly type: "lost"; readonly peer: string; readonly bytes: number };

/** Rights of clients when there are several. */
export type ClientMode =
  /** The first is served, others are refused. */
  | "one"
  /** The newest is served, the one before is disconnected. */
  | "kick"
  /** All talk and all listen; the first sets the line. */
  | "shared"
  /** The first talks, all listen. */
  | "readers";

/** Modes of clients. */
export const CLIENT_MODES: readonly ClientMode[] = ["one", "kick", "shared", "readers"];
