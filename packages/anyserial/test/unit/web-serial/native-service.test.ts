import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import type { PortEvent, PortInfo } from "anyserial";
import { SerialError, UnsupportedFeatureError } from "anyserial";
import { createPortInfo } from "../../../dist/model/port-info.js";
import {
  createNativeService,
  type Discovery,
  type NativePorts,
} from "../../../dist/web-serial/native-service.js";

const USB = createPortInfo({ path: "/dev/ttyUSB0", vid: 0x0403, pid: 0x6001 });
const BOARD = createPortInfo({ path: "/dev/ttyS0" });

/** A system with these two ports, whose changes a test makes. */
function system(): Discovery & { report(event: PortEvent): void; readonly isFollowed: boolean } {
  let onEvent: ((event: PortEvent) => void) | undefined;
  return {
    list: async () => [USB, BOARD],
    follow: (listener) => {
      onEvent = listener;
      return () => {
        onEvent = undefined;
      };
    },
    report: (event) => onEvent?.(event),
    get isFollowed() {
      return onEvent !== undefined;
    },
  };
}

async function paths(ports: NativePorts, discovery: Discovery = system()): Promise<string[]> {
  return (await createNativeService(ports, discovery).list()).map(({ path }) => path);
}

test("createNativeService() offers ports of USB devices, and others by option only", async () => {
  deepEqual(await paths({ others: [] }), ["/dev/ttyUSB0"]);
  deepEqual(await paths({ isOffered: () => true, others: [] }), ["/dev/ttyUSB0", "/dev/ttyS0"]);
});

test("createNativeService() offers addresses always, and paths while they are there", async (context) => {
  const missing = join(temporaryFolder(context), "ttyDEV");
  const others = ["/dev/null", missing, "rfc2217://192.0.2.1:2217"].map((path) =>
    createPortInfo({ path }),
  );

  deepEqual(await paths({ isOffered: () => false, others }), [
    "/dev/null",
    "rfc2217://192.0.2.1:2217",
  ]);
});

test("createNativeService() offers a port that was named once, with the ids that it was given", async () => {
  const named = createPortInfo({ path: "/dev/null", vid: 1, pid: 2 });
  const discovery = {
    ...system(),
    list: async () => [createPortInfo({ path: "/dev/null", vid: 9 })],
  };

  const list = await createNativeService({ others: [named] }, discovery).list();

  deepEqual(list, [named]);
});

test("createNativeService() has the named ports alone where the system lists none", async () => {
  const lists = (error: Error): Discovery => ({ ...system(), list: () => Promise.reject(error) });
  const others = [createPortInfo({ path: "/dev/null" })];
  const unsupported = new UnsupportedFeatureError("no list", { code: "ERR_SERIAL_DISCOVERY" });
  deepEqual(await paths({ others }, lists(unsupported)), ["/dev/null"]);

  const failed = new SerialError("Cannot list ports", { code: "EIO" });
  await rejects(paths({ others }, lists(failed)), failed);
});

test("createNativeService() reports changes of offered ports until it is stopped", () => {
  const discovery = system();
  const seen: PortInfo[] = [];
  const service = createNativeService({ others: [] }, discovery);
  const stop = service.watch(({ port }) => seen.push(port));

  discovery.report({ type: "removed", port: BOARD });
  discovery.report({ type: "removed", port: USB });
  stop();

  deepEqual(seen, [USB]);
  equal(discovery.isFollowed, false);
});
