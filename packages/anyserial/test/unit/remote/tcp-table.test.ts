// The kernel's table of TCP connections, as Linux writes it.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { findRow, tableKey } from "../../../dist/remote/tcp-table.js";

const HEAD =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

/** Rows as Linux 6 writes them. */
function table(...rows: readonly string[]): string {
  return HEAD + rows.map((row, index) => `   ${index}: ${row} 0 20 0\n`).join("");
}

test("tableKey() writes IPv4 in the order of this machine's bytes", () => {
  const ends = {
    localAddress: "10.77.0.1",
    localPort: 4001,
    remoteAddress: "10.77.0.2",
    remotePort: 40_716,
  };

  equal(tableKey(ends, true), "01004D0A:0FA1 02004D0A:9F0C");
  equal(tableKey(ends, false), "0A4D0001:0FA1 0A4D0002:9F0C");
});

test("tableKey() writes IPv6, also short, mapped and with an interface", () => {
  const keyOf = (address: string): string | undefined =>
    tableKey(
      { localAddress: address, localPort: 1, remoteAddress: "::1", remotePort: 2 },
      true,
    )?.split(" ")[0];

  equal(keyOf("::1"), "00000000000000000000000001000000:0001");
  equal(keyOf("::ffff:127.0.0.1"), "0000000000000000FFFF00000100007F:0001");
  equal(keyOf("fe80::1:2%eth0"), "000080FE000000000000000002000100:0001");
  equal(keyOf("2001:db8:1:2:3:4:5:6"), "B80D0120020001000400030006000500:0001");
});

test("tableKey() has none for a socket that is not connected any more", () => {
  equal(tableKey({ localAddress: "127.0.0.1", localPort: 1 }, true), undefined);
});

test("findRow() finds the unacknowledged bytes, and the number of retransmissions", () => {
  const text = table(
    "01004D0A:0FA1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1",
    "01004D0A:0FA1 02004D0A:9F0C 01 000001CC:00000000 01:00000010 0000000A     0        0 1 1",
  );

  deepEqual(findRow(text, "01004D0A:0FA1 02004D0A:9F0C"), {
    unacknowledged: 460,
    attempts: 10,
    isOpen: true,
  });
  equal(findRow(text, "01004D0A:0FA1 02004D0A:9F0D"), undefined);
});

test("findRow() distinguishes an open socket from one that the kernel is ending", () => {
  const row = (inode: number): string =>
    table(`0100007F:0001 0100007F:0002 05 0:0 03:000012EE 00000000     0        0 ${inode} 3 0`);

  equal(findRow(row(0), "0100007F:0001 0100007F:0002")?.isOpen, false);
  equal(findRow(row(4711), "0100007F:0001 0100007F:0002")?.isOpen, true);
});

test("findRow() counts questions for room that got no answer, and no question under way", () => {
  const row = (timer: string, probes: number): string =>
    table(
      `0100007F:0001 0100007F:0002 01 00000010:00000000 ${timer}:00000010 00000000     0        ${probes} 1 1`,
    );
  const attempts = (timer: string, probes: number): number | undefined =>
    findRow(row(timer, probes), "0100007F:0001 0100007F:0002")?.attempts;

  equal(attempts("04", 0), 0);
  equal(attempts("04", 1), 0);
  equal(attempts("04", 7), 6);
  equal(attempts("02", 7), 0); // keepalive: the kernel counts for itself
});
