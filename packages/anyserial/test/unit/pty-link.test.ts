import { deepEqual, equal, throws } from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { applyAccess, checkAccess, checkLink, makeLink, removeLink } from "#internal/pty-link.js";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const DEVICE = "/dev/pts/999999999"; // nobody has that many

function setUp(t: TestContext): string {
  const root = realpathSync(temporaryFolder(t));
  return root;
}

const inUse = { name: "PortBusyError", code: "EEXIST", operation: "create" };

test("checkLink() accepts a path where nothing is, in a folder that is not there yet", (t) => {
  checkLink(join(setUp(t), "not/there/tty"));
});

test("checkLink() accepts the dangling link of an earlier port", (t) => {
  const link = join(setUp(t), "tty");
  symlinkSync(DEVICE, link);

  checkLink(link);
});

test("checkLink() refuses a regular file, and leaves it", (t) => {
  const link = join(setUp(t), "tty");
  writeFileSync(link, "precious");

  throws(() => checkLink(link), {
    ...inUse,
    path: link,
    message: `Cannot create port "${link}": the path is in use`,
    hint: `remove ${link} if nothing uses it, or choose another path (see docs/troubleshooting.md#busy)`,
  });
  equal(readFileSync(link, "utf8"), "precious");
});

test("checkLink() refuses a folder", (t) => {
  const link = join(setUp(t), "tty");
  mkdirSync(link);

  throws(() => checkLink(link), inUse);
});

test("checkLink() refuses a link to a file of somebody else", (t) => {
  const root = setUp(t);
  writeFileSync(join(root, "file"), "precious");
  symlinkSync(join(root, "file"), join(root, "tty"));

  throws(() => checkLink(join(root, "tty")), inUse);
});

test("checkLink() refuses a dangling link of somebody else", (t) => {
  const root = setUp(t);
  symlinkSync(join(root, "unplugged"), join(root, "tty"));

  throws(() => checkLink(join(root, "tty")), inUse);
});

const noPts = existsSync("/dev/pts/ptmx") ? false : "the system has no /dev/pts/ptmx";

test("checkLink() refuses the link of a port that is open now", { skip: noPts }, (t) => {
  const link = join(setUp(t), "tty");
  symlinkSync("/dev/pts/ptmx", link);

  throws(() => checkLink(link), inUse);
});

test("makeLink() makes the link and the folders on the way, and leaves nothing else", (t) => {
  const root = setUp(t);

  makeLink(join(root, "a/b/tty"), DEVICE);

  equal(readlinkSync(join(root, "a/b/tty")), DEVICE);
  deepEqual(readdirSync(join(root, "a/b")), ["tty"]);
});

test("makeLink() replaces the link of an earlier port in one step", (t) => {
  const link = join(setUp(t), "tty");
  symlinkSync(DEVICE, link);

  makeLink(link, "/dev/pts/888888888");

  equal(readlinkSync(link), "/dev/pts/888888888");
});

test("makeLink() does not put the link into a folder that has its name", (t) => {
  const root = setUp(t);
  mkdirSync(join(root, "tty"));

  throws(() => makeLink(join(root, "tty"), DEVICE));

  deepEqual(readdirSync(join(root, "tty")), []);
});

test("removeLink() removes the link that it made", (t) => {
  const link = join(setUp(t), "tty");
  symlinkSync(DEVICE, link);

  removeLink(link, DEVICE);

  equal(lstatSync(link, { throwIfNoEntry: false }), undefined);
});

test("removeLink() leaves a link that points elsewhere by now", (t) => {
  const link = join(setUp(t), "tty");
  symlinkSync("/dev/pts/888888888", link);

  removeLink(link, DEVICE);

  equal(readlinkSync(link), "/dev/pts/888888888");
});

test("removeLink() leaves a file that took its place, and does not mind nothing", (t) => {
  const root = setUp(t);
  writeFileSync(join(root, "tty"), "precious");

  removeLink(join(root, "tty"), DEVICE);
  removeLink(join(root, "nothing"), DEVICE);

  equal(readFileSync(join(root, "tty"), "utf8"), "precious");
});

const noModes = process.platform === "win32" ? "the system has no permission bits" : false;

test("applyAccess() sets the permission bits", { skip: noModes }, (t) => {
  const device = join(setUp(t), "device");
  writeFileSync(device, "");

  applyAccess(device, checkAccess({ mode: 0o640 }));
  equal(statSync(device).mode & 0o777, 0o640);
  applyAccess(device, checkAccess({ mode: 0 }));

  equal(statSync(device).mode & 0o777, 0);
});

test("applyAccess() accepts the present owner and group by id", { skip: noModes }, (t) => {
  const device = join(setUp(t), "device");
  writeFileSync(device, "");
  const { uid, gid } = statSync(device);

  applyAccess(device, checkAccess({ owner: uid, group: gid }));

  deepEqual([statSync(device).uid, statSync(device).gid], [uid, gid]);
});

for (const [access, field] of [
  [{ mode: 0o1000 }, "mode"],
  [{ mode: -1 }, "mode"],
  [{ mode: 6.5 }, "mode"],
  [{ owner: "nobody-has-this-name" }, "owner"],
  [{ owner: -1 }, "owner"],
  [{ group: "nobody-has-this-name" }, "group"],
] as const) {
  test(`checkAccess() refuses ${JSON.stringify(access)}`, { skip: noModes }, () => {
    throws(
      () => checkAccess(access),
      (error: Error) => error.message.startsWith(`Invalid "${field}": got `),
    );
  });
}
