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

interface Cause {
  readonly text: string;
  readonly hint: string;
}

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
  const known = NOT_THERE[code];
  if (known !== undefined) {
    const { text, hint } = known;
    return new PortNotFoundError(sentence(address, `${text} (${code})`), { ...details, hint });
  }
  if (code === "EACCES" || code === "EPERM") {
    return new PortPermissionError(sentence(address, `not permitted (${code})`), details);
  }
  if (code === "ECONNRESET" || code === "EPIPE") {
    return new PortBusyError(sentence(address, `the server ended the connection (${code})`), {
      ...details,
      hint: address.isTls
        ? "the server may speak no TLS, or want a certificate: tls: { cert, key }"
        : "the port may be in use by another client, or the server want TLS: write +tls behind the scheme",
    });
  }
  if (isCertificateError(code)) {
    return new SerialError(
      sentence(address, `its certificate is not accepted: ${message} (${code})`),
      {
        ...details,
        hint: "give the authority of the certificate: tls: { ca }, and the name in it: tls: { servername }",
      },
    );
  }
  if (code.startsWith("ERR_SSL") || code === "EPROTO") {
    return new SerialError(sentence(address, `no TLS could be agreed on (${code})`), {
      ...details,
      hint: "the server may speak no TLS: leave +tls out; or want a certificate: tls: { cert, key }",
    });
  }
  return new SerialError(sentence(address, message), details);
}

/** Makes the error of an address at which nothing was agreed on in time. */
export function timeoutError(address: RemoteAddress, stage: "connect" | "agree"): SerialError {
  const { timeoutMs } = address;
  if (stage === "agree") {
    return new UnsupportedFeatureError(
      sentence(address, `the server did not answer to RFC 2217 within ${timeoutMs} ms`),
      {
        code: "ERR_SERIAL_NO_ANSWER",
        path: address.path,
        operation: "open",
        hint: "it may pass on raw bytes: open socket:// in place of rfc2217://",
      },
    );
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

/**
 * Makes the error of a server that sent something else than telnet, or ended before it agreed.
 *
 * @param address The address that was opened.
 * @param greeting Its first bytes as text; empty for none.
 */
export function notAgreed(address: RemoteAddress, greeting: string): SerialError {
  const details = { path: address.path, operation: "open" };
  if (/^HTTP\/\d|^\s*<(!doctype|html)/i.test(greeting)) {
    return new UnsupportedFeatureError(sentence(address, "a web server answers there"), {
      ...details,
      code: "ERR_SERIAL_NOT_TELNET",
      hint: "give the port of the serial server: web pages have another one",
    });
  }
  if (/^SSH-/.test(greeting)) {
    return new UnsupportedFeatureError(sentence(address, "an SSH server answers there"), {
      ...details,
      code: "ERR_SERIAL_NOT_TELNET",
      hint: "give the port of the serial server",
    });
  }
  const words = greeting.replaceAll(/\s+/g, " ").trim().slice(0, 80);
  const said = words === "" ? "" : `: ${words}`;
  return new PortBusyError(sentence(address, `the server ended the connection${said}`), {
    ...details,
    code: "EBUSY",
    hint: "wait until the other client has left, or let the server take several: see node_modules/anyserial/docs/remote.md",
  });
}

/** Makes the error of a connection that ended while the port was open. */
export function goneError(
  path: string,
  operation: string,
  cause?: unknown,
): SerialDisconnectedError {
  const { code = "ECONNRESET", errno, syscall, message } = systemError(cause);
  const reason = cause === undefined ? "the server ended the connection" : message;
  return new SerialDisconnectedError(`Cannot ${actionOf(operation)} port "${path}": ${reason}`, {
    code,
    path,
    operation,
    errno: errno === undefined ? undefined : Math.abs(errno),
    syscall,
    cause,
    hint: "check the network and the server, then reopen the port, or let serialSessions() do both",
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

function isCertificateError(code: string): boolean {
  return /CERT|SELF_SIGNED|LEAF_SIGNATURE|UNABLE_TO|ALTNAME/.test(code);
}
