// Starts the page. A token in the address, as the command prints it, is taken out of it.

import { render } from "preact";
import { App } from "./app.tsx";
import { Session, SessionProvider } from "./state/session.ts";

const session = new Session(takeToken());
session.start();
const root = document.getElementById("app");
if (root !== null) {
  render(
    <SessionProvider value={session}>
      <App />
    </SessionProvider>,
    root,
  );
}

/** The part of an address behind `#` is sent to no server. */
function takeToken(): string | undefined {
  const token = /^#token=(\S+)$/.exec(location.hash)?.[1];
  if (token !== undefined) history.replaceState(null, "", location.pathname + location.search);
  return token;
}
