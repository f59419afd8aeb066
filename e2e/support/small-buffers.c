/* Preloaded (ld.so(8)): sockets get 8 KiB of receive buffer, as where net.core.rmem_max allows no more. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/socket.h>

int setsockopt(int fd, int level, int name, const void *value, socklen_t size) {
  static int (*next)(int, int, int, const void *, socklen_t);
  if (next == 0) next = (int (*)(int, int, int, const void *, socklen_t))dlsym(RTLD_NEXT, "setsockopt");
  const int small = 4096; /* The kernel doubles it (socket(7)). */
  if (level == SOL_SOCKET && name == SO_RCVBUF) return next(fd, level, name, &small, sizeof small);
  return next(fd, level, name, value, size);
}
