// The kernel's queue on macOS and the BSDs: kqueue, whose thread is let go by a timer in it.

import type { Ffi } from "../../ffi/ffi.ts";
import type { PollerDriver } from "./create.ts";
import { bindKqueue, type KqueueAbi, KqueuePoller } from "./kqueue.ts";

/**
 * Builds the driver; nothing is bound before it is needed.
 *
 * @param ffi Foreign-function interface.
 * @param abi The system's `kevent(2)`.
 */
export function kqueueDriver(ffi: Ffi, abi: KqueueAbi): PollerDriver<KqueuePoller> {
  let kqueue: ReturnType<typeof bindKqueue> | undefined;
  return {
    openPoller: () => {
      kqueue ??= bindKqueue(ffi, abi);
      return new KqueuePoller(kqueue, abi);
    },
    threadQueue: ({ fd }) => ({ kind: "kqueue", fd, abi }),
    openStopper: (poller) => ({
      wake: () => poller.interrupt(),
      close: () => undefined,
    }),
  };
}
