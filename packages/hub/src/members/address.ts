// `host:port` and `[v6]:port`: pure.

/** Where to connect to or listen on. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Parses an address.
 *
 * @returns `undefined` when it is none.
 */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}
