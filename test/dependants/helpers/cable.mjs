// Two emulated ports that a hub joins like a null-modem cable.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHub } from "@anyserial/hub";

/**
 * Lays a cable for one test; it is taken away at the test's end.
 *
 * @param t The test.
 * @returns The paths of the two ports.
 */
export async function layCable(t) {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-cable-"));
  const paths = ["a", "b"].map((name) => join(folder, name));
  const [a, b] = paths.map((port) => ({ port, overflow: "wait-then-drop" }));
  const hub = await createHub({ networks: { cable: { topology: "pair", members: { a, b } } } });
  t.after(async () => {
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return paths;
}
