// Everything that the page knows: one object, made once, that all components share.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { PageStatus } from "../../src/page/wire.ts";
import { Connection, type ConnectionState } from "../stream/connection.ts";
import { TrafficLog } from "../traffic/traffic-log.ts";
import { Api } from "./api.ts";
import { EventList } from "./event-list.ts";
import { RateHistory } from "./rate-history.ts";
import { Store } from "./store.ts";
import { TotalHistory } from "./total-history.ts";

export class Session {
  readonly status: Store<PageStatus | undefined> = new Store<PageStatus | undefined>(undefined);
  readonly connection: Store<ConnectionState> = new Store<ConnectionState>("connecting");
  /** The hub takes requests that change state, from those who have the token. */
  readonly writable: Store<boolean> = new Store(false);
  readonly token: Store<string | undefined>;
  readonly traffic: TrafficLog = new TrafficLog();
  readonly events: EventList = new EventList();
  readonly rates: RateHistory = new RateHistory();
  readonly totals: TotalHistory = new TotalHistory();
  readonly api: Api;
  readonly #stream: Connection;

  /** @param token The token, if the address of the page had it. */
  constructor(token: string | undefined) {
    this.token = new Store(token);
    this.api = new Api(() => this.token.get());
    this.#stream = new Connection({
      headers: () => this.api.headers(),
      onState: (state) => this.connection.set(state),
      onHello: ({ fresh, writable }, isFirst) => {
        this.writable.set(writable);
        if (fresh && !isFirst) this.traffic.addUnknownGap();
        if (fresh) this.events.clear();
      },
      onStatus: (status) => {
        this.rates.add(status);
        this.totals.add(status);
        this.status.set(status);
      },
      onTraffic: (batch) => this.traffic.add(batch),
      onEvents: (batch) => this.events.add(batch),
    });
    this.token.watch(() => this.#stream.retry());
  }

  start(): void {
    this.#stream.start();
  }
}

const SessionContext = createContext<Session | undefined>(undefined);
export const SessionProvider: typeof SessionContext.Provider = SessionContext.Provider;

/** The session of the page. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error("there is no session around the component");
  return session;
}
