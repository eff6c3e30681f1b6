// Says what is missing before the page may change something.

import { useSession } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import { Notice } from "./notice.tsx";

/** Whether requests that change state can be made. */
export function useMayWrite(): boolean {
  const { token, writable } = useSession();
  const given = useStore(token);
  return useStore(writable) && given !== undefined;
}

export function WriteAccess({ what }: { readonly what: string }) {
  const { writable } = useSession();
  const isWritable = useStore(writable);
  if (useMayWrite()) return null;
  return (
    <Notice kind="hint">
      {isWritable
        ? `Enter the token, at the top of the page, to ${what}.`
        : `The hub has no token: set listen.tokenFile in its configuration to ${what}.`}
    </Notice>
  );
}
