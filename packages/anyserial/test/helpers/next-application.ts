// The state that the next application finds on an emulated port, and the moment when the last one's
// actions have been noticed.

import { equal } from "node:assert/strict";
import { alive } from "@anyserial/test-support/alive";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { RawApplication } from "./raw-application.ts";

/** The next application opens the port, and both directions work. */
export async function expectToWork(device: VirtualPort, before = ""): Promise<void> {
  const received = receiveText(device, before.length + 5);
  using application = new RawApplication(device.path);
  equal(application.discipline, 0);
  equal(application.write("hello"), 5);
  equal(await received, `${before}hello`);
  await device.send(Buffer.from("there"));
  let heard = "";
  await until("it is received", () => {
    heard += application.read();
    return heard.endsWith("there");
  });
}

/** All that happened to devices before this call has been noticed: events arrive in their order. */
export async function eventsHandled(): Promise<void> {
  await using marker = await createVirtualPort();
  const changes = marker.changes();
  const application = new RawApplication(marker.path);
  equal((await alive(changes.next())).value?.kind, "open");
  application.close();
  await changes.return(undefined);
}
