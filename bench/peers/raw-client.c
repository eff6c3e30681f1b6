// raw-client PATH…: the contender to measure up to, non-blocking descriptors in an epoll loop and
// nothing else. A path may be tcp:PORT, on this machine; a greeting of the server is passed over. Commands on standard input, one JSON answer each: see protocol.mjs.
#define _GNU_SOURCE
#include "tcp.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { MOST_PORTS = 1024, RECEIVE = 65536, PERIOD = 251 };

static int ports[MOST_PORTS], port_count, epoll;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static double cpu_us(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static void open_port(const char *path) {
  struct termios raw;
  int is_tcp = strncmp(path, "tcp:", 4) == 0;
  int fd = is_tcp ? connect_tcp(atoi(path + 4)) : open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 || (!is_tcp && tcgetattr(fd, &raw) < 0)) fail(path);
  cfmakeraw(&raw);
  if (!is_tcp && tcsetattr(fd, TCSANOW, &raw) < 0) fail("tcsetattr");
  if (is_tcp) skip_greeting(fd);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
  ports[port_count++] = fd;
}

static void send_byte(int fd) {
  if (write(fd, "x", 1) != 1) fail("write");
}

static void wait_readable(void) {
  struct epoll_event event;
  if (epoll_wait(epoll, &event, 1, -1) < 0 && errno != EINTR) fail("epoll_wait");
}

// Reads, and waits only when there is nothing.
static ssize_t receive(int fd, unsigned char *into, size_t size) {
  for (;;) {
    ssize_t count = read(fd, into, size);
    if (count > 0) return count;
    if (count == 0 || (errno != EAGAIN && errno != EINTR)) fail("read");
    wait_readable();
  }
}

static void round_trips(long count) {
  double *samples = malloc(count * sizeof *samples), cpu = cpu_us();
  unsigned char reply[64];
  for (long i = 0; i < count; i++) {
    double start = now_us();
    send_byte(ports[0]);
    wait_readable(); // before the read: a reply is never there at once
    receive(ports[0], reply, sizeof reply);
    samples[i] = now_us() - start;
  }
  cpu = cpu_us() - cpu;
  qsort(samples, count, sizeof *samples, compare);
  printf("{\"p50Us\":%.3f,\"p90Us\":%.3f,\"p99Us\":%.3f,\"cpuUs\":%.3f}\n", samples[count / 2],
         samples[count * 9 / 10], samples[count * 99 / 100], cpu / count);
  free(samples);
}

static void together(long count) {
  struct epoll_event events[256];
  unsigned char reply[64];
  double start = now_us(), cpu = cpu_us();
  for (long round = 0; round < count; round++) {
    for (int i = 0; i < port_count; i++) send_byte(ports[i]);
    for (int missing = port_count; missing > 0;) {
      int ready = epoll_wait(epoll, events, 256, -1);
      for (int i = 0; i < ready; i++)
        if (read(events[i].data.fd, reply, sizeof reply) > 0) missing--;
    }
  }
  double each = (double)count * port_count;
  printf("{\"wallUs\":%.3f,\"cpuUs\":%.3f,\"threads\":1}\n", (now_us() - start) / each,
         (cpu_us() - cpu) / each);
}

static void read_pattern(long wanted) {
  static unsigned char bytes[RECEIVE];
  double start = 0, cpu = 0;
  long done = 0, calls = 0;
  int intact = 1;
  while (done < wanted) {
    ssize_t count = receive(ports[0], bytes, sizeof bytes);
    if (calls++ == 0) start = now_us(), cpu = cpu_us();
    intact &= bytes[0] == done % PERIOD;
    done += count;
    intact &= bytes[count - 1] == (done - 1) % PERIOD;
  }
  printf("{\"seconds\":%.6f,\"cpuSeconds\":%.6f,\"intact\":%s,\"calls\":%ld}\n",
         (now_us() - start) / 1e6, (cpu_us() - cpu) / 1e6,
         intact && done == wanted ? "true" : "false", calls);
}

int main(int argc, char **argv) {
  char line[128];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 1; i < argc && i <= MOST_PORTS; i++) open_port(argv[i]);
  printf("{\"ready\":true}\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    char command[32] = "";
    long count = 0;
    sscanf(line, "%31s %ld", command, &count);
    if (strcmp(command, "roundTrips") == 0) round_trips(count);
    else if (strcmp(command, "together") == 0) together(count);
    else if (strcmp(command, "read") == 0) read_pattern(count);
    else fail("unknown command");
    fflush(stdout);
  }
}
