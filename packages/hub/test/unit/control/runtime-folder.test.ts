import { deepEqual, equal, match } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import {
  controlPathOf,
  listControlPaths,
  runtimeFolder,
} from "../../../dist/control/runtime-folder.js";
import { isPosix } from "../../../dist/process/is-posix.js";

const skip = !isPosix() && "sockets of Windows are named pipes";

test("runtimeFolder() is in XDG_RUNTIME_DIR if that is an absolute path", { skip }, () => {
  const own =
    userInfo().uid === 0 ? "/run/anyserial" : join(tmpdir(), `anyserial-${userInfo().uid}`);

  equal(runtimeFolder({ XDG_RUNTIME_DIR: "/run/user/7" }), "/run/user/7/anyserial");
  equal(runtimeFolder({ XDG_RUNTIME_DIR: "relative" }), own);
  equal(runtimeFolder({}), own);
});

test("controlPathOf() makes a name of the file's name, and differs for files of one name", {
  skip,
}, () => {
  const one = controlPathOf("/no/where/my plant.yaml", "/run/x");
  const other = controlPathOf("/else/where/my plant.yaml", "/run/x");

  match(one, /^\/run\/x\/my_plant-[0-9a-f]{8}\.sock$/);
  match(other, /^\/run\/x\/my_plant-[0-9a-f]{8}\.sock$/);
  equal(one === other, false);
  equal(controlPathOf("/no/where/my plant.yaml", "/run/x"), one);
});

test("controlPathOf() shortens a long name", { skip }, () => {
  const path = controlPathOf(`/no/where/${"n".repeat(200)}.yaml`, "/run/x");

  match(path, /^\/run\/x\/n{32}-[0-9a-f]{8}\.sock$/);
});

test("listControlPaths() lists sockets by name, and none where there is no folder", {
  skip,
}, (t) => {
  const folder = temporaryFolder(t);
  for (const name of ["a-1.sock", "other.txt"]) writeFileSync(join(folder, name), "");

  deepEqual(listControlPaths(folder), [join(folder, "a-1.sock")]);
  deepEqual(listControlPaths(join(folder, "nowhere")), []);
});
