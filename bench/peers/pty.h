// A pty pair in raw mode, for the peers that play the device at the other end of the line. The
// device side stays open here too, so that a contender may open and close it at will.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

// Returns the controller side, blocking; prints the path of the device side.
static int open_pair(void) {
  char path[128];
  struct termios raw;
  int controller = posix_openpt(O_RDWR | O_NOCTTY);
  if (controller < 0 || grantpt(controller) < 0 || unlockpt(controller) < 0) fail("posix_openpt");
  if (ptsname_r(controller, path, sizeof path) != 0) fail("ptsname_r");
  int device = open(path, O_RDWR | O_NOCTTY);
  if (device < 0 || tcgetattr(device, &raw) < 0) fail(path);
  cfmakeraw(&raw);
  if (tcsetattr(device, TCSANOW, &raw) < 0) fail("tcsetattr");
  puts(path);
  return controller;
}

// Ends this process with the one that started it, however that one ends.
static void end_with_parent(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
}
