// awake: keeps every processor from sleeping, and takes no time from anyone: one thread a processor, at the
// priority that runs only where nothing else wants to (SCHED_IDLE, see sched(7)). Ends when killed.
#define _GNU_SOURCE
#include "pty.h"
#include <pthread.h>
#include <sched.h>

static void *spin(void *processor) {
  struct sched_param none = {0};
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET((long)processor, &one);
  if (pthread_setaffinity_np(pthread_self(), sizeof one, &one) != 0) return NULL;
  if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) fail("SCHED_IDLE");
  for (volatile unsigned long count = 0;; count++) {}
}

int main(void) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  end_with_parent();
  puts("{}");
  fflush(stdout);
  for (long processor = 0; processor < processors; processor++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, spin, (void *)processor) != 0) fail("pthread_create");
  }
  for (;;) pause();
}
