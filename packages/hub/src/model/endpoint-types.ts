// Endpoints of members that connect or listen, as they are configured. Types only: sizes in bytes, times in
// milliseconds.

/** Treatment of a client that connects while another one is served. */
export type BusyPolicy =
  /** The new client is disconnected. */
  | "refuse"
  /** The present client is disconnected, and the new one is served. */
  | "replace";

/** Connects to a TCP server, and connects again by itself. */
export interface TcpConnectConfig {
  /** `host:port`. */
  readonly connect: string;
  /** A peer that acknowledges nothing for this long has vanished, from 11 s on. @defaultValue 40000 */
  readonly vanishAfterMs?: number | undefined;
}

/** Serves one TCP client at a time. */
export interface TcpListenConfig {
  /** `host:port`; port 0 is one that the system chooses. */
  readonly listen: string;
  /** Allows an address that other machines reach: there is no password. @defaultValue false */
  readonly allowRemote?: boolean | undefined;
  /** @defaultValue "refuse" */
  readonly onBusy?: BusyPolicy | undefined;
  /** A client that acknowledges nothing for this long has vanished, from 11 s on. @defaultValue 40000 */
  readonly vanishAfterMs?: number | undefined;
}

/** Connects to a unix socket, and connects again by itself. */
export interface UnixConnectConfig {
  /** Path of the socket. */
  readonly connect: string;
}

/** Serves one client of a unix socket at a time. */
export interface UnixListenConfig {
  /** Path of the socket to make. */
  readonly listen: string;
  /** Permission bits, as a number or in octal ("0660"). @defaultValue 0o600 */
  readonly mode?: number | string | undefined;
  /** User name or id. */
  readonly owner?: string | number | undefined;
  /** Group name or id. */
  readonly group?: string | number | undefined;
  /** @defaultValue "refuse" */
  readonly onBusy?: BusyPolicy | undefined;
}

/** How a member serves clients of a network. */
export interface RemoteConfig {
  /** `host:port`; port 0 is one that the system chooses. */
  readonly listen: string;
  /** `rfc2217`: telnet with COM port control. `raw`: bytes only. @defaultValue "rfc2217" */
  readonly protocol?: "rfc2217" | "raw" | undefined;
  /** Rights of clients when there are several. @defaultValue "one" */
  readonly clients?: "one" | "kick" | "shared" | "readers" | undefined;
  /** Files of the certificate, its key, and the authority of the clients' certificates, in PEM. */
  readonly tls?: RemoteTlsConfig | undefined;
  /** A client without a byte either way for this long is disconnected. @defaultValue never */
  readonly idleTimeoutMs?: number | undefined;
  /** Allows an address that other machines reach. @defaultValue false */
  readonly allowRemote?: boolean | undefined;
}

/** Files and name for an address with TLS. */
export interface SerialTlsConfig {
  /** Authority of the server's certificate, in PEM. */
  readonly ca?: string | undefined;
  /** Name in the server's certificate, if it is not that of the address. */
  readonly servername?: string | undefined;
  /** Certificate for a server that asks for one, in PEM. */
  readonly cert?: string | undefined;
  /** Its private key, in PEM. */
  readonly key?: string | undefined;
}

/** Files for TLS. */
export interface RemoteTlsConfig {
  readonly cert: string;
  readonly key: string;
  /** Clients need a certificate of this authority. */
  readonly clientCa?: string | undefined;
}
