// remote-load: a device and its clients over TCP. Makes one pty pair and prints its device path. Commands on standard
// input, one JSON answer each:
//
//   connect PORT COUNT  connects so many clients           -> { clients }
//   stall PORT BYTES    connects one that never reads, and sends so many bytes, which all others read  -> { sent }
//   latency COUNT       4 bytes from the device until each client has them, so many times -> { p50Us, p90Us, p99Us }
#include "pty.h"
#include "tcp.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

enum { MOST_CLIENTS = 256, MESSAGE = 4, CHUNK = 4096 };

static int clients[MOST_CLIENTS], count, epoll;
static long missing[MOST_CLIENTS];

static double now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static void add_client(int port) {
  int fd = connect_tcp(port);
  if (fd < 0 || count == MOST_CLIENTS) fail("connect");
  skip_greeting(fd);
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = count};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
  clients[count++] = fd;
}

// Sends bytes from the device, and reads them at every client.
static void broadcast(int device, long size) {
  static char bytes[65536];
  struct epoll_event events[MOST_CLIENTS];
  if (write(device, bytes, size) != size) fail("write");
  for (int i = 0; i < count; i++) missing[i] = size;
  for (int open = count; open > 0;) {
    int ready = epoll_wait(epoll, events, MOST_CLIENTS, 30000);
    if (ready == 0) fail("bytes are missing");
    for (int i = 0; i < ready; i++) {
      int at = events[i].data.u32;
      ssize_t length = read(clients[at], bytes, sizeof bytes);
      if (length <= 0) fail("read");
      missing[at] -= length;
      if (missing[at] == 0) open--;
    }
  }
}

static void stall(int device, int port, long wanted) {
  int least = 4096, fd = connect_tcp(port);
  if (fd < 0) fail("connect");
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
  for (long sent = 0; sent < wanted; sent += CHUNK) broadcast(device, CHUNK);
  printf("{\"sent\":%ld}\n", wanted);
}

static void latency(int device, long rounds) {
  double *samples = malloc(rounds * sizeof *samples);
  for (long i = 0; i < rounds; i++) {
    double start = now_us();
    broadcast(device, MESSAGE);
    samples[i] = now_us() - start;
  }
  qsort(samples, rounds, sizeof *samples, compare);
  printf("{\"p50Us\":%.1f,\"p90Us\":%.1f,\"p99Us\":%.1f}\n", samples[rounds / 2], samples[rounds * 9 / 10],
         samples[rounds * 99 / 100]);
  free(samples);
}

int main(void) {
  char line[128];
  end_with_parent();
  epoll = epoll_create1(EPOLL_CLOEXEC);
  int device = open_pair();
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    char command[32] = "";
    long first = 0, second = 0;
    sscanf(line, "%31s %ld %ld", command, &first, &second);
    if (strcmp(command, "connect") == 0) {
      while (second-- > 0) add_client(first);
      printf("{\"clients\":%d}\n", count);
    } else if (strcmp(command, "stall") == 0) {
      stall(device, first, second);
    } else if (strcmp(command, "latency") == 0) {
      latency(device, first);
    } else {
      fail("unknown command");
    }
    fflush(stdout);
  }
}
