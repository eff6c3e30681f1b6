// flood: the device that talks. Makes one pty pair, prints its device path, then for every count
// read from standard input writes so many bytes, as fast as they are taken. Byte i is i % 251.
#include "pty.h"

enum { PERIOD = 251, CHUNK = PERIOD * 256 };

int main(void) {
  static unsigned char pattern[CHUNK + PERIOD];
  long wanted;
  end_with_parent();
  int fd = open_pair();
  fflush(stdout);
  for (int i = 0; i < CHUNK + PERIOD; i++) pattern[i] = i % PERIOD;
  while (scanf("%ld", &wanted) == 1) {
    for (long sent = 0; sent < wanted;) {
      long left = wanted - sent;
      ssize_t count = write(fd, pattern + sent % PERIOD, left < CHUNK ? left : CHUNK);
      if (count < 0) fail("write");
      sent += count;
    }
  }
}
