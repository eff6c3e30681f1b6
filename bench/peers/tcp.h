// Connections to a server of this machine that may be just starting.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ATTEMPTS = 500, PAUSE_US = 10000, GREETING_MS = 300 };

// Returns a non-blocking socket without delay, or -1.
static int connect_tcp(int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  int one = 1;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) {
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      fcntl(fd, F_SETFL, O_NONBLOCK);
      return fd;
    }
    close(fd);
    usleep(PAUSE_US);
  }
  return -1;
}

// Passes over what a telnet server says at first.
static void skip_greeting(int fd) {
  char bytes[1024];
  struct pollfd one = {.fd = fd, .events = POLLIN};
  while (poll(&one, 1, GREETING_MS) > 0 && read(fd, bytes, sizeof bytes) > 0) {}
}
