import { deepEqual, equal } from "node:assert/strict";
import { closeSync, mkdirSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { filesOf, listOpenFiles, processName } from "../../../dist/linux/open-files.js";

test("listOpenFiles() lists the files of each process in the order of pids, without this one", (t) => {
  const proc = temporaryFolder(t);
  for (const pid of [1200, 30, process.pid]) {
    mkdirSync(join(proc, `${pid}/fd`), { recursive: true });
    symlinkSync(`/dev/tty${pid}`, join(proc, `${pid}/fd/7`));
  }
  mkdirSync(join(proc, "sys/fd"), { recursive: true });
  mkdirSync(join(proc, "31"));

  deepEqual(
    [...listOpenFiles(proc)],
    [
      { pid: 30, files: new Map([[7, "/dev/tty30"]]) },
      { pid: 31, files: new Map() },
      { pid: 1200, files: new Map([[7, "/dev/tty1200"]]) },
    ].filter(({ pid }) => pid !== process.pid),
  );
});

test("listOpenFiles() reads a process only when it is asked for", (t) => {
  const proc = temporaryFolder(t);
  for (const pid of [1, 2]) mkdirSync(join(proc, `${pid}/fd`), { recursive: true });
  const processes = listOpenFiles(proc);

  equal(processes.next().value?.pid, 1);
  symlinkSync("/dev/late", join(proc, "2/fd/3"));
  deepEqual(processes.next().value?.files, new Map([[3, "/dev/late"]]));
});

test("listOpenFiles() finds no process where there is no procfs", (t) => {
  deepEqual([...listOpenFiles(join(temporaryFolder(t), "nowhere"))], []);
});

test("filesOf() reads the descriptors of a running process", {
  skip: process.platform !== "linux" && "there is no /proc/self/fd",
}, (t) => {
  const file = join(temporaryFolder(t), "file");
  const fd = openSync(file, "w");

  equal(filesOf("/proc/self/fd").get(fd), file);
  closeSync(fd);
});

test("processName() replaces characters that could control a terminal, and knows none that has ended", (t) => {
  const proc = temporaryFolder(t);
  mkdirSync(join(proc, "5"));
  writeFileSync(join(proc, "5/comm"), "a\u001b[2Jb\n");

  equal(processName(5, proc), "a?[2Jb");
  equal(processName(6, proc), "?");
});
