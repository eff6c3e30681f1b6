// hub: what a hub does at the least. So many ptys on one epoll; what one application writes, all
// others are sent, and what a pty does not take is lost. Prints the device paths.
#include "pty.h"
#include <string.h>
#include <sys/epoll.h>

enum { MOST = 512, CHUNK = 4096 };

static int controllers[MOST];

static void forward(int from, int count) {
  static char data[CHUNK];
  ssize_t length = read(controllers[from], data, CHUNK);
  for (int to = 0; length > 0 && to < count; to++) {
    if (to != from && write(controllers[to], data, length) < length) continue; // lost
  }
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 2;
  int epoll = epoll_create1(0);
  struct epoll_event events[64];
  end_with_parent();
  if (epoll < 0 || count > MOST) fail("epoll_create1");
  for (int i = 0; i < count; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    controllers[i] = open_pair();
    fcntl(controllers[i], F_SETFL, fcntl(controllers[i], F_GETFL) | O_NONBLOCK);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, controllers[i], &event) < 0) fail("epoll_ctl");
  }
  fflush(stdout);
  for (;;) {
    int ready = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < ready; i++) forward(events[i].data.u32, count);
  }
}
