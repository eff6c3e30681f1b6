// The files that the traffic panel saves.

import { deepEqual, equal } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readCapture } from "@anyserial/hub/capture";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import type * as ExportModule from "../../../web/traffic/export.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { exportEntries, cell } = await loadWebModule<typeof ExportModule>("traffic/export.ts");

function message(text: string, member = "a", direction: "in" | "out" | "drop" = "in") {
  const bytes = new Uint8Array(Buffer.from(text, "latin1"));
  const from = { network: "net", member, direction } as const;
  const time = Date.UTC(2026, 0, 1) + 0.125;
  return { kind: "message", seq: 1, time, length: bytes.length, bytes, ...from } as const;
}

test("exportEntries() writes CSV that a spreadsheet does not calculate", async () => {
  const blob = exportEntries("csv", [message('=1+1,"x"\n'), { kind: "gap", time: 0, lost: 3 }]);

  equal(
    await blob.text(),
    "time,network,member,direction,length,hex,text\r\n" +
      `2026-01-01T00:00:00.000Z,"net","a",sends,9,3d 31 2b 31 2c 22 78 22 0a,"'=1+1,""x""\\n"\r\n`,
  );
});

for (const text of ["=cmd()", "+1", "-1", "@x", "\tx"]) {
  test(`cell() marks ${JSON.stringify(text)} as text`, () => {
    equal(cell(text), `"'${text}"`);
  });
}

test("exportEntries() writes lines of text without control characters", async () => {
  const blob = exportEntries("text", [message("\x1b[2Jhi\n", "b", "out")]);

  equal(await blob.text(), "2026-01-01T00:00:00.000Z net/b receives \\x1b[2Jhi\\n\n");
});

test("exportEntries() writes pcapng that the hub reads back", async (t) => {
  const blob = exportEntries("pcapng", [
    message("ask\n"),
    message("ask\n", "b", "out"),
    message("lost", "b", "drop"),
  ]);
  const file = join(temporaryFolder(t), "saved.pcapng");
  writeFileSync(file, Buffer.from(await blob.arrayBuffer()));

  const packets = [];
  for await (const packet of readCapture(file)) packets.push(packet);

  deepEqual(
    packets.map(({ bytes }) => Buffer.from(bytes).toString()),
    ["ask\n", "ask\n", "lost"],
  );
});
