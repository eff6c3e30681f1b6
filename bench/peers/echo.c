// echo COUNT: the device that answers. Makes COUNT pty pairs, prints their device paths and sends
// every byte back. One pair is served by plain blocking calls, several by one epoll loop.
#include "pty.h"
#include <sys/epoll.h>

static void echo_once(int fd) {
  char bytes[4096];
  ssize_t count = read(fd, bytes, sizeof bytes);
  if (count <= 0) fail("read");
  if (write(fd, bytes, count) != count) fail("write");
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 1;
  int epoll = epoll_create1(0), last = -1;
  end_with_parent();
  for (int i = 0; i < count; i++) {
    last = open_pair();
    struct epoll_event event = {.events = EPOLLIN, .data.fd = last};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, last, &event) < 0) fail("epoll_ctl");
  }
  fflush(stdout);
  while (count == 1) echo_once(last);
  for (;;) {
    struct epoll_event events[256];
    int ready = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < ready; i++) echo_once(events[i].data.fd);
  }
}
