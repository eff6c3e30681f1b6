// Whether this system has the features of POSIX: ptys, numeric users, file modes, sockets in the
// file system.

/** @returns `false` on Windows. */
export function isPosix(): boolean {
  return process.getuid !== undefined;
}
