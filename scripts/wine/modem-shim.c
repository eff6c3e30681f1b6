// Preloaded into Wine: gives the ptys behind COM ports modem lines, joined as a null-modem cable would.
// RTS of one end is CTS of the other, DTR is DSR and DCD. The other end, and the ring indicator, are
// written by cable.mjs into the file that ANYSERIAL_WINE_LINES names: three arrays of 1024 ints.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { PORTS = 1024, FIRST_PTY_MAJOR = 136, LAST_PTY_MAJOR = 143 };

struct lines {
  int output[PORTS];  // TIOCM_RTS and TIOCM_DTR of each pty
  int peer[PORTS];    // number of the other end, plus 1; 0 is a pty without lines
  int ringing[PORTS];
};

static struct lines *lines(void) {
  static struct lines *mapped;
  const char *path = getenv("ANYSERIAL_WINE_LINES");
  if (mapped || !path) return mapped;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return 0;
  void *memory = mmap(0, sizeof *mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  return mapped = memory == MAP_FAILED ? 0 : memory;
}

static int number_of(int fd) {
  struct stat info;
  if (fstat(fd, &info) || !S_ISCHR(info.st_mode)) return -1;
  int major_number = major(info.st_rdev);
  if (major_number < FIRST_PTY_MAJOR || major_number > LAST_PTY_MAJOR) return -1;
  return minor(info.st_rdev) % PORTS;
}

int ioctl(int fd, unsigned long request, ...) {
  static int (*real)(int, unsigned long, ...);
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  if (!real) real = dlsym(RTLD_NEXT, "ioctl");
  switch (request) {
    case TIOCMGET: case TIOCMSET: case TIOCMBIS: case TIOCMBIC: case TIOCGICOUNT: break;
    default: return real(fd, request, argument);
  }
  int number = number_of(fd);
  struct lines *all = number < 0 ? 0 : lines();
  if (!all || all->peer[number] == 0) return real(fd, request, argument);
  int *output = &all->output[number];
  int *value = argument;
  if (request == TIOCGICOUNT) {
    memset(argument, 0, sizeof(struct serial_icounter_struct));
  } else if (request == TIOCMGET) {
    int other = all->output[all->peer[number] - 1];
    *value = *output | (other & TIOCM_RTS ? TIOCM_CTS : 0) |
             (other & TIOCM_DTR ? TIOCM_DSR | TIOCM_CD : 0) | (all->ringing[number] ? TIOCM_RI : 0);
  } else {
    int bits = *value & (TIOCM_RTS | TIOCM_DTR);
    if (request == TIOCMSET) *output = bits;
    else if (request == TIOCMBIS) __atomic_or_fetch(output, bits, __ATOMIC_SEQ_CST);
    else __atomic_and_fetch(output, ~bits, __ATOMIC_SEQ_CST);
  }
  return 0;
}
