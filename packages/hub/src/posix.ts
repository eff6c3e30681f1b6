// Whether this system has what POSIX gives: ptys, users by number, file modes, sockets in the file system.

/** Tells it; `false` on Windows. */
export function isPosix(): boolean {
  return process.getuid !== undefined;
}
