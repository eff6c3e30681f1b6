// hub-load: the applications on a hub, all in one process. Opens the paths given and obeys lines:
//   latency N    the first member writes 4 bytes, all readers wait for them: N times
//   flood MS     the first member writes as fast as it can for so long, all readers read
//   checked MB   the first member writes so much, every reader checks each byte, one of them is slow
//   stall        the last member is not read from here on
// Answers each with one line of JSON.
#include "pty.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

enum { MOST = 512, CHUNK = 65536, SIZE = 4, PERIOD = 251 };

static int ports[MOST], members, readers, epoll;
static atomic_int writing;

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// Reads whoever is ready; adds to their counts. Returns 0 when nothing came in time.
static int collect(long *counts, int timeout_ms) {
  static char data[CHUNK];
  struct epoll_event events[64];
  int ready = epoll_wait(epoll, events, 64, timeout_ms);
  for (int i = 0; i < ready; i++) {
    ssize_t length = read(ports[events[i].data.u32], data, CHUNK);
    if (length > 0) counts[events[i].data.u32] += length;
  }
  return ready;
}

static void latency(int times) {
  double *taken = calloc(times, sizeof *taken), sum = 0;
  for (int n = 0; n < times; n++) {
    long counts[MOST] = {0};
    double start = now_us();
    if (write(ports[0], "abc\n", SIZE) != SIZE) fail("write");
    for (int done = 0; done < readers;) {
      if (collect(counts, 2000) <= 0) fail("no message");
      done = 0;
      for (int i = 1; i <= readers; i++) done += counts[i] >= SIZE;
    }
    sum += taken[n] = now_us() - start;
  }
  qsort(taken, times, sizeof *taken, by_value);
  printf("{\"p50Us\":%.2f,\"p90Us\":%.2f,\"p99Us\":%.2f,\"meanUs\":%.2f}\n", taken[times / 2],
         taken[times * 9 / 10], taken[times * 99 / 100], sum / times);
  free(taken);
}

static void *write_on(void *chunk) {
  while (atomic_load(&writing)) {
    if (write(ports[0], chunk, 4096) < 0 && errno == EAGAIN) {
      struct pollfd room = {.fd = ports[0], .events = POLLOUT};
      poll(&room, 1, 10);
    }
  }
  return NULL;
}

static void flood(int duration_ms) {
  static char chunk[4096];
  long counts[MOST] = {0};
  pthread_t writer;
  double start = now_us(), end;
  memset(chunk, 'x', sizeof chunk);
  for (int i = 255; i < (int)sizeof chunk; i += 256) chunk[i] = '\n';
  atomic_store(&writing, 1);
  pthread_create(&writer, NULL, write_on, chunk);
  while ((end = now_us()) - start < duration_ms * 1e3) collect(counts, 100);
  atomic_store(&writing, 0);
  long least = counts[1], sum = 0, drained[MOST] = {0};
  for (int i = 1; i <= readers; i++) least = counts[i] < least ? counts[i] : least, sum += counts[i];
  pthread_join(writer, NULL);
  while (collect(drained, 100) > 0) {}
  printf("{\"leastMBps\":%.3f,\"meanMBps\":%.3f}\n", least / (end - start),
         sum / (end - start) / readers);
}

static void *write_checked(void *total) {
  static unsigned char pattern[PERIOD * 17];
  for (int i = 0; i < (int)sizeof pattern; i++) pattern[i] = i % PERIOD;
  for (long sent = 0, left = *(long *)total; left > 0;) {
    long most = (long)sizeof pattern - PERIOD;
    ssize_t count = write(ports[0], pattern + sent % PERIOD, left < most ? left : most);
    struct pollfd room = {.fd = ports[0], .events = POLLOUT};
    if (count < 0) poll(&room, 1, 10);
    else sent += count, left -= count;
  }
  return NULL;
}

static void checked(long megabytes) {
  static unsigned char data[CHUNK];
  long total = megabytes * 1000000, counts[MOST] = {0}, wrong = 0;
  struct epoll_event events[64];
  pthread_t writer;
  double start = now_us();
  int done = 0, idle = 0;
  pthread_create(&writer, NULL, write_checked, &total);
  while (done < readers && idle < 10) {
    int ready = epoll_wait(epoll, events, 64, 1000);
    idle = ready > 0 ? 0 : idle + 1;
    for (int i = 0; i < ready; i++) {
      int port = events[i].data.u32;
      ssize_t length = read(ports[port], data, CHUNK);
      for (ssize_t at = 0; at < length; at++) wrong += data[at] != (counts[port] + at) % PERIOD;
      if (length > 0) done += (counts[port] += length) >= total;
      if (port == readers && counts[port] / 1000000 != (counts[port] - length) / 1000000) usleep(2000);
    }
  }
  long least = counts[1];
  for (int i = 1; i <= readers; i++) least = counts[i] < least ? counts[i] : least;
  printf("{\"wrong\":%ld,\"missing\":%ld,\"MBps\":%.3f}\n", wrong, total - least,
         total / (now_us() - start));
  if (least == total) pthread_join(writer, NULL);
}

int main(int argc, char **argv) {
  char command[32];
  int value;
  end_with_parent();
  epoll = epoll_create1(0);
  members = argc - 1;
  readers = members - 1;
  for (int i = 0; i < members; i++) {
    struct termios raw;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    ports[i] = open(argv[i + 1], O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (ports[i] < 0 || tcgetattr(ports[i], &raw) < 0) fail(argv[i + 1]);
    cfmakeraw(&raw);
    if (tcsetattr(ports[i], TCSANOW, &raw) < 0) fail("tcsetattr");
    if (i > 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, ports[i], &event) < 0) fail("epoll_ctl");
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("{}");
  while (scanf("%31s %d", command, &value) == 2) {
    if (strcmp(command, "latency") == 0) latency(value);
    else if (strcmp(command, "flood") == 0) flood(value);
    else if (strcmp(command, "checked") == 0) checked(value);
    else if (strcmp(command, "stall") == 0) {
      epoll_ctl(epoll, EPOLL_CTL_DEL, ports[readers--], NULL);
      puts("{}");
    }
  }
}
