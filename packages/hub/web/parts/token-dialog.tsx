// Asks for the token. It stays in memory, and is gone with the page.

import { useRef, useState } from "preact/hooks";
import { useSession } from "../state/session.ts";
import { useStore } from "../state/store.ts";

export function TokenDialog() {
  const { token, api } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [isWrong, setWrong] = useState(false);
  const given = useStore(token);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const text = input.current?.value.trim() ?? "";
    const isRight = await api.takes(text).catch(() => false);
    setWrong(!isRight);
    if (!isRight) return;
    token.set(text);
    dialog.current?.close();
  };
  if (given !== undefined) {
    return (
      <button type="button" onClick={() => token.set(undefined)}>
        Forget the token
      </button>
    );
  }
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Enter the token…
      </button>
      <dialog ref={dialog} aria-labelledby="token-title">
        <form onSubmit={(event) => void submit(event)}>
          <h2 id="token-title">Token</h2>
          <p>It is in the file that listen.tokenFile of the configuration names.</p>
          <label class="field">
            <span>Token</span>
            <input ref={input} type="password" autocomplete="off" required aria-invalid={isWrong} />
          </label>
          <p class="error-text" role="alert">
            {isWrong ? "The hub does not take this token." : ""}
          </p>
          <div class="toolbar">
            <button type="submit">Use it</button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
