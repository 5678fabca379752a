/* What does a program ask of its disk? Preloaded, this writes down each write, cut, removal and
   sync of the files whose names begin with RECORDED, into the file RECORD, in their order. It also
   lets the n-th sync from now fail, which is written down too: fail_sync(n), and counts them:
   syncs(). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES 1024
#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static const char *KINDS[] = {"", "-wal", "-journal", ".told"};
static signed char kind_of[FILES]; /* 1 + place in KINDS; 0: a file that is not recorded */
static int record = -1, count, failing;

static int kind(const char *path) {
  const char *prefix = getenv("RECORDED");
  if (!prefix || strncmp(path, prefix, strlen(prefix))) return 0;
  for (int each = 0; each < 4; each++)
    if (!strcmp(path + strlen(prefix), KINDS[each])) return each + 1;
  return 0;
}

static void note(char what, int kind, int64_t offset, int64_t length, const void *bytes) {
  static __typeof__(&write) put;
  const char *path = getenv("RECORD");
  if (!path) return;
  if (record < 0) {
    record = open(path, O_CREAT | O_WRONLY | O_APPEND, 0600);
    put = (__typeof__(&write))dlsym(RTLD_NEXT, "write");
  }
  char head[18] = {what, (char)(kind - 1)};
  memcpy(head + 2, &offset, 8);
  memcpy(head + 10, &length, 8);
  put(record, head, sizeof head);
  if (bytes) put(record, bytes, length);
}

static int known(int fd) { return fd >= 0 && fd < FILES ? kind_of[fd] : 0; }

static int opened(int fd, const char *path) {
  if (fd >= 0 && fd < FILES) kind_of[fd] = kind(path);
  return fd;
}

#define OPEN(name)                                              \
  int name(const char *path, int flags, ...) {                  \
    REAL(name);                                                 \
    va_list rest;                                               \
    va_start(rest, flags);                                      \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;   \
    va_end(rest);                                               \
    return opened(real(path, flags, mode), path);               \
  }
OPEN(open)
OPEN(open64)

#define PWRITE(name, offset_t)                                                    \
  ssize_t name(int fd, const void *bytes, size_t length, offset_t offset) {       \
    REAL(name);                                                                   \
    ssize_t done = real(fd, bytes, length, offset);                               \
    if (known(fd) && done > 0) note('w', known(fd), offset, done, bytes);         \
    return done;                                                                  \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(write);
  int64_t offset = known(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
  ssize_t done = real(fd, bytes, length);
  if (known(fd) && done > 0) note('w', known(fd), offset, done, bytes);
  return done;
}

#define CUT(name, offset_t)                                        \
  int name(int fd, offset_t length) {                              \
    REAL(name);                                                    \
    int done = real(fd, length);                                   \
    if (known(fd) && !done) note('c', known(fd), length, 0, NULL); \
    return done;                                                   \
  }
CUT(ftruncate, off_t)
CUT(ftruncate64, off64_t)

#define SYNC(name)                                            \
  int name(int fd) {                                          \
    REAL(name);                                               \
    if (known(fd) && ++count == failing) {                    \
      note('f', known(fd), 0, 0, NULL);                       \
      errno = EIO;                                            \
      return -1;                                              \
    }                                                         \
    int done = real(fd);                                      \
    if (known(fd) && !done) note('s', known(fd), 0, 0, NULL); \
    return done;                                              \
  }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
  REAL(unlink);
  int done = real(path);
  if (kind(path) && !done) note('u', kind(path), 0, 0, NULL);
  return done;
}

void fail_sync(int number) { count = 0, failing = number; }
int syncs(void) { return count; }
