/* How does a server do on a slower disk? Preloaded, each flush takes FLUSH_LATER microseconds more. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int later(const char *name, int file) {
  int (*flush)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  int wait = atoi(getenv("FLUSH_LATER"));
  if (wait) usleep(wait); /* to wait for nothing takes 50 of them, too */
  return flush(file);
}

int fsync(int file) { return later("fsync", file); }
int fdatasync(int file) { return later("fdatasync", file); }
