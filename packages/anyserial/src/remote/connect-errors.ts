// The error for each way in which a connection to a port fails. Pure.

import {
  actionOf,
  PortBusyError,
  PortNotFoundError,
  PortPermissionError,
  SerialDisconnectedError,
  SerialError,
  UnsupportedFeatureError,
} from "../errors/errors.ts";
import type { RemoteAddress } from "./address.ts";
import { type Cause, tlsCause } from "./tls-causes.ts";

/** Failures that mean that there is no port at the address, at least now. */
const NOT_THERE: Readonly<Record<string, Cause>> = {
  ECONNREFUSED: {
    text: "the machine refuses the connection",
    hint: "check that the server runs and the number of its port; a firewall may refuse it too",
  },
  ENOTFOUND: { text: "there is no machine of this name", hint: "check how the name is spelled" },
  EAI_AGAIN: {
    text: "the name cannot be looked up now",
    hint: "check the network and its name server, or write the number of the machine in place of its name",
  },
  EHOSTUNREACH: {
    text: "there is no way to the machine",
    hint: "check cable, network and address",
  },
  ENETUNREACH: { text: "there is no way to its network", hint: "check cable, network and address" },
  ETIMEDOUT: {
    text: "the machine does not answer",
    hint: "check that it is switched on; a firewall may drop the connection",
  },
  EADDRNOTAVAIL: {
    text: "the address cannot be connected to",
    hint: "check its host and the number of its port",
  },
  ENOENT: {
    text: "there is no such socket",
    hint: "check the path, and that the program that makes it runs",
  },
};

/**
 * Makes the error of a connection that failed before the port was open.
 *
 * @param address The address that was opened.
 * @param cause As the system reported it.
 */
export function connectError(address: RemoteAddress, cause: unknown): SerialError {
  const { code = "ERR_SERIAL_CONNECT", errno, syscall, message } = systemError(cause);
  const details = {
    code,
    path: address.path,
    operation: "open",
    errno: errno === undefined ? undefined : Math.abs(errno),
    syscall,
    cause,
  };
  const known = code === "ECONNREFUSED" && "path" in address.target ? DEAF_SOCKET : NOT_THERE[code];
  if (known !== undefined) {
    const { text, hint } = known;
    return new PortNotFoundError(sentence(address, `${text} (${code})`), { ...details, hint });
  }
  if (code === "EACCES" || code === "EPERM") {
    return new PortPermissionError(sentence(address, `not permitted (${code})`), {
      ...details,
      hint:
        "path" in address.target
          ? "check the rights of the socket and of its folder"
          : "a firewall of this machine may forbid it, or the permissions of the runtime",
    });
  }
  if (code === "ECONNRESET" || code === "EPIPE") {
    return new PortBusyError(sentence(address, `the server ended the connection (${code})`), {
      ...details,
      hint: silentEndHint(address),
    });
  }
  const ofTls = tlsCause(code, message);
  if (ofTls !== undefined) {
    return new SerialError(sentence(address, `${ofTls.text} (${code})`), {
      ...details,
      hint: ofTls.hint,
    });
  }
  return new SerialError(sentence(address, message), {
    ...details,
    hint: "check the address, the network and the server",
  });
}

/** No program listens at a socket of the file system. */
const DEAF_SOCKET: Cause = {
  text: "no program listens at this socket",
  hint: "check that the program that made it runs",
};

/** The last step that was reached when the time was over. */
export type ReachedStage = "nothing" | "connected" | "connected with TLS to come" | "telnet";

const SILENCE: Readonly<Record<Exclude<ReachedStage, "nothing">, Cause>> = {
  connected: {
    text: "the server did not answer to RFC 2217",
    hint: "it may pass on raw bytes: open socket:// in place of rfc2217://",
  },
  telnet: {
    text: "the server speaks telnet, and did not answer to RFC 2217",
    hint: "switch RFC 2217 on in the server, as telnet(rfc2217) in ser2net",
  },
  "connected with TLS to come": {
    text: "the server did not answer to TLS",
    hint: "it may speak no TLS: leave +tls out",
  },
};

/** Makes the error of an address at which nothing was agreed on in time. */
export function timeoutError(address: RemoteAddress, reached: ReachedStage): SerialError {
  const { timeoutMs } = address;
  if (reached !== "nothing") {
    const { text, hint } = SILENCE[reached];
    return new UnsupportedFeatureError(sentence(address, `${text} within ${timeoutMs} ms`), {
      code: "ERR_SERIAL_NO_ANSWER",
      path: address.path,
      operation: "open",
      hint,
    });
  }
  return new PortNotFoundError(
    sentence(address, `the machine did not answer within ${timeoutMs} ms (ETIMEDOUT)`),
    {
      code: "ETIMEDOUT",
      path: address.path,
      operation: "open",
      hint: NOT_THERE["ETIMEDOUT"]?.hint,
    },
  );
}

/** Makes the error of a telnet server that refuses the option of serial ports. */
export function refusedOption(address: RemoteAddress): SerialError {
  return new UnsupportedFeatureError(
    sentence(address, "the server speaks telnet, and refuses serial ports (option 44)"),
    {
      code: "ERR_SERIAL_NO_COM_PORT",
      path: address.path,
      operation: "open",
      hint: "switch RFC 2217 on in the server, as telnet(rfc2217) in ser2net; or open socket:// for the bytes alone",
    },
  );
}

/** A record of TLS: an alert of any version. */
const TLS_ALERT = "\u0015\u0003";

/** Servers that are none of serial ports, by their first bytes. */
const FOREIGN: readonly (Cause & { readonly isGreeting: (text: string) => boolean })[] = [
  {
    isGreeting: (text) => /^HTTP\/\d|^\s*<(!doctype|html)/i.test(text),
    text: "a web server answers there",
    hint: "give the port of the serial server: web pages have another one",
  },
  {
    isGreeting: (text) => text.startsWith("SSH-"),
    text: "an SSH server answers there",
    hint: "give the port of the serial server",
  },
  {
    isGreeting: (text) => text.startsWith(TLS_ALERT),
    text: "the server speaks TLS",
    hint: "write +tls behind the scheme: rfc2217+tls://",
  },
];

/**
 * Makes the error of a server that is none of serial ports.
 *
 * @param greeting Its first bytes as text.
 * @returns `undefined` for a server that may be one.
 */
export function foreignServer(address: RemoteAddress, greeting: string): SerialError | undefined {
  const found = FOREIGN.find(({ isGreeting }) => isGreeting(greeting));
  if (found === undefined) return undefined;
  return new UnsupportedFeatureError(sentence(address, found.text), {
    path: address.path,
    operation: "open",
    code: "ERR_SERIAL_NOT_TELNET",
    hint: found.hint,
  });
}

/**
 * Makes the error of a server that ended the connection before it agreed.
 *
 * @param address The address that was opened.
 * @param greeting Its first bytes as text; empty for none.
 * @param cause Error of the connection, where it had one.
 */
export function notAgreed(address: RemoteAddress, greeting: string, cause: unknown): SerialError {
  const words = greeting.replaceAll(/\s+/g, " ").trim().slice(0, 80);
  if (words === "" && cause !== undefined) return connectError(address, cause);
  const said = words === "" ? "" : `: ${words}`;
  return new PortBusyError(sentence(address, `the server ended the connection${said}`), {
    path: address.path,
    operation: "open",
    code: "EBUSY",
    hint: words === "" ? silentEndHint(address) : REFUSED_HINT,
  });
}

const REFUSED_HINT =
  "wait until the other client has left, or let the server take several: see node_modules/anyserial/docs/remote.md";

/** A server without words does not say which of these it is. */
function silentEndHint({ isTls }: RemoteAddress): string {
  return isTls
    ? "another client may use the port; or the server wants another certificate of the client: tls: { cert, key }"
    : "another client may use the port; or the server wants TLS: write +tls behind the scheme";
}

/** Makes the error of a connection that ended while the port was open. */
export function goneError(
  path: string,
  operation: string,
  cause?: unknown,
): SerialDisconnectedError {
  const { code = "ECONNRESET", errno, syscall, message } = systemError(cause);
  const reason = cause === undefined ? "the server ended the connection" : message;
  const ofTls = tlsCause(code, message);
  const text = ofTls === undefined ? reason : `${ofTls.text} (${code})`;
  return new SerialDisconnectedError(`Cannot ${actionOf(operation)} port "${path}": ${text}`, {
    code,
    path,
    operation,
    errno: errno === undefined ? undefined : Math.abs(errno),
    syscall,
    cause,
    hint:
      ofTls?.hint ??
      "check the network and the server, then reopen the port, or let serialSessions() do both",
  });
}

/** The reason of a connection whose peer has stopped to answer, as the system reports it for one that is idle. */
export function vanishedError(afterMs: number): Error {
  const seconds = Math.round(afterMs / 1000);
  const error = new Error(`the machine has not answered for ${seconds} s (ETIMEDOUT)`);
  return Object.assign(error, { code: "ETIMEDOUT" });
}

function sentence({ path }: RemoteAddress, state: string): string {
  return `Cannot open port "${path}": ${state}`;
}

function systemError(cause: unknown): {
  readonly code: string | undefined;
  readonly errno: number | undefined;
  readonly syscall: string | undefined;
  readonly message: string;
} {
  if (!(cause instanceof Error)) {
    return { code: undefined, errno: undefined, syscall: undefined, message: String(cause) };
  }
  // Attempts at several addresses of one name fail together.
  const first =
    cause instanceof AggregateError && cause.errors[0] instanceof Error ? cause.errors[0] : cause;
  const { code, errno, syscall, message } = first as NodeJS.ErrnoException;
  return { code: typeof code === "string" ? code : undefined, errno, syscall, message };
}
