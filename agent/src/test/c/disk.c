/*
 * disk.c   stands between a process and the disk, for one folder: writes down what is asked of it, or refuses.
 *
 *   gcc -shared -fPIC -O1 -o disk.so disk.c -ldl -lpthread
 *   WG_DISK_ROOT=/folder LD_PRELOAD=./disk.so java ...
 *
 * The process steers it by two functions, which JNA finds by name:
 *   wg_disk_record(path)           writes the trace to this file from now on; NULL ends it
 *   wg_disk_mark(text)             puts a line of the process's own into the trace
 *   wg_disk_refuse(from, count, error, part)
 *                                  counts from 1 what takes room or must reach the disk (create, write, truncate, sync); the
 *                                  ones from `from` on, `count` of them, fail with this errno. A write that fails first puts
 *                                  down `part` bytes of what it was given, as a disk that becomes full does. Gives how many it
 *                                  counted before. from=0: nothing is refused, only counted.
 *
 * The trace is a sequence of operations in the order in which they were done, integers big-endian:
 *   'C' path        file made (or found, when first opened)     'K' path      folder made
 *   'W' path u64 offset u32 length bytes                        'T' path u64 length
 *   'S' path        fsync or fdatasync of a file                'D' path      of a folder
 *   'R' path path   renamed                                     'U' path      unlinked
 *   'M' text        mark
 * where path and text are u16 length and bytes, paths relative to the root.
 *
 * Not seen: memory maps (SQLite's -shm, which it rebuilds), and paths that are not absolute.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST_FDS 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[4096];
static size_t root_length;
static char *names[MOST_FDS]; /* of descriptors under the root; a folder's begins with '/' */
static int trace = -1;
static long counted, refuse_from, refuse_count;
static int refuse_error, refuse_part;

static int (*real_open64)(const char *, int, ...);
static int (*real_openat64)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static int (*real_ftruncate64)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_mkdir)(const char *, mode_t);

static void find(void) {
  if (real_mkdir) return;
  *(void **)&real_open64 = dlsym(RTLD_NEXT, "open64");
  *(void **)&real_openat64 = dlsym(RTLD_NEXT, "openat64");
  *(void **)&real_close = dlsym(RTLD_NEXT, "close");
  *(void **)&real_write = dlsym(RTLD_NEXT, "write");
  *(void **)&real_pwrite64 = dlsym(RTLD_NEXT, "pwrite64");
  *(void **)&real_ftruncate64 = dlsym(RTLD_NEXT, "ftruncate64");
  *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
  *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  *(void **)&real_rename = dlsym(RTLD_NEXT, "rename");
  *(void **)&real_unlink = dlsym(RTLD_NEXT, "unlink");
  *(void **)&real_mkdir = dlsym(RTLD_NEXT, "mkdir");
}

__attribute__((constructor)) static void begin(void) {
  find();
  const char *at = getenv("WG_DISK_ROOT");
  if (at) {
    snprintf(root, sizeof root, "%s", at);
    root_length = strlen(root);
  }
}

/* The path under the root, or NULL. */
static const char *inside(const char *path) {
  if (!root_length || !path || strncmp(path, root, root_length) != 0) return NULL;
  const char *rest = path + root_length;
  if (*rest == 0) return rest;
  return *rest == '/' ? rest + 1 : NULL;
}

static const char *name_of(int fd) { return fd >= 0 && fd < MOST_FDS ? names[fd] : NULL; }

/* -- the trace; the caller holds the lock -- */

static void put(const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t n = real_write(trace, at, length);
    if (n <= 0) {
      fprintf(stderr, "disk.c: the trace cannot be written: %s\n", strerror(errno));
      abort();
    }
    at += n;
    length -= (size_t)n;
  }
}

static void put_number(uint64_t value, int bytes) {
  unsigned char out[8];
  for (int i = 0; i < bytes; i++) out[i] = (unsigned char)(value >> (8 * (bytes - 1 - i)));
  put(out, (size_t)bytes);
}

static void put_text(const char *text) {
  put_number(strlen(text), 2);
  put(text, strlen(text));
}

static void put_op(char op, const char *path) {
  if (trace < 0) return;
  put(&op, 1);
  put_text(path);
}

static void put_write(const char *path, uint64_t offset, const void *bytes, size_t length) {
  if (trace < 0) return;
  put_op('W', path);
  put_number(offset, 8);
  put_number(length, 4);
  put(bytes, length);
}

/* Whether this one is refused. The caller holds the lock. */
static int refused(void) {
  counted++;
  if (refuse_from == 0 || counted < refuse_from || counted >= refuse_from + refuse_count) return 0;
  errno = refuse_error;
  return 1;
}

long wg_disk_refuse(long from, long count, int error, int part) {
  pthread_mutex_lock(&lock);
  long before = counted;
  counted = 0;
  refuse_from = from;
  refuse_count = count;
  refuse_error = error;
  refuse_part = part;
  pthread_mutex_unlock(&lock);
  return before;
}

int wg_disk_record(const char *path) {
  pthread_mutex_lock(&lock);
  if (trace >= 0) real_close(trace);
  trace = path ? real_open64(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600) : -1;
  int good = !path || trace >= 0;
  pthread_mutex_unlock(&lock);
  return good ? 0 : -1;
}

void wg_disk_mark(const char *text) {
  pthread_mutex_lock(&lock);
  put_op('M', text);
  pthread_mutex_unlock(&lock);
}

/* -- what the process asks -- */

static int opened(int fd, const char *at, int there, int flags) {
  if (fd < 0 || fd >= MOST_FDS) return fd;
  struct stat is;
  int folder = fstat(fd, &is) == 0 && S_ISDIR(is.st_mode);
  free(names[fd]);
  names[fd] = NULL;
  if (asprintf(&names[fd], "%s%s", folder ? "/" : "", at) < 0) abort();
  if (!folder && !there) put_op('C', at);
  if (!folder && there && (flags & O_TRUNC) && trace >= 0) {
    put_op('T', at);
    put_number(0, 8);
  }
  return fd;
}

static int open_inside(const char *path, const char *at, int flags, mode_t mode) {
  pthread_mutex_lock(&lock);
  int there = access(path, F_OK) == 0;
  int fd = -1;
  if (there || !(flags & O_CREAT) || !refused()) {
    fd = opened(real_open64(path, flags, mode), at, there, flags);
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

static mode_t mode_of(int flags, va_list more) { return flags & O_CREAT ? (mode_t)va_arg(more, int) : 0; }

int open64(const char *path, int flags, ...) {
  find();
  va_list more;
  va_start(more, flags);
  mode_t mode = mode_of(flags, more);
  va_end(more);
  const char *at = inside(path);
  return at ? open_inside(path, at, flags, mode) : real_open64(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = mode_of(flags, more);
  va_end(more);
  return open64(path, flags | O_LARGEFILE, mode);
}

int openat64(int fd, const char *path, int flags, ...) {
  find();
  va_list more;
  va_start(more, flags);
  mode_t mode = mode_of(flags, more);
  va_end(more);
  const char *at = inside(path);
  return at ? open_inside(path, at, flags, mode) : real_openat64(fd, path, flags, mode);
}

int close(int fd) {
  find();
  if (!name_of(fd)) return real_close(fd);
  pthread_mutex_lock(&lock);
  free(names[fd]);
  names[fd] = NULL;
  int result = real_close(fd);
  pthread_mutex_unlock(&lock);
  return result;
}

static ssize_t write_inside(int fd, const void *bytes, size_t length, off64_t offset) {
  pthread_mutex_lock(&lock);
  ssize_t done;
  if (refused()) {
    int error = errno;
    size_t part = (size_t)refuse_part < length ? (size_t)refuse_part : length - 1;
    if (part > 0 && real_pwrite64(fd, bytes, part, offset) == (ssize_t)part) {
      put_write(names[fd], (uint64_t)offset, bytes, part);
    }
    errno = error;
    done = -1;
  } else {
    done = real_pwrite64(fd, bytes, length, offset);
    if (done > 0) put_write(names[fd], (uint64_t)offset, bytes, (size_t)done);
  }
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  find();
  return name_of(fd) && length > 0 ? write_inside(fd, bytes, length, offset) : real_pwrite64(fd, bytes, length, offset);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  find();
  if (!name_of(fd) || length == 0) return real_write(fd, bytes, length);
  off64_t offset = fcntl(fd, F_GETFL) & O_APPEND ? lseek64(fd, 0, SEEK_END) : lseek64(fd, 0, SEEK_CUR);
  ssize_t done = write_inside(fd, bytes, length, offset);
  if (done > 0) lseek64(fd, offset + done, SEEK_SET);
  return done;
}

int ftruncate64(int fd, off64_t length) {
  find();
  if (!name_of(fd)) return real_ftruncate64(fd, length);
  pthread_mutex_lock(&lock);
  int result = refused() ? -1 : real_ftruncate64(fd, length);
  if (result == 0 && trace >= 0) {
    put_op('T', names[fd]);
    put_number((uint64_t)length, 8);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

static int sync_inside(int fd, int (*real)(int)) {
  pthread_mutex_lock(&lock);
  int result = refused() ? -1 : real(fd);
  if (result == 0) put_op(names[fd][0] == '/' ? 'D' : 'S', names[fd] + (names[fd][0] == '/'));
  pthread_mutex_unlock(&lock);
  return result;
}

int fsync(int fd) {
  find();
  return name_of(fd) ? sync_inside(fd, real_fsync) : real_fsync(fd);
}

int fdatasync(int fd) {
  find();
  return name_of(fd) ? sync_inside(fd, real_fdatasync) : real_fdatasync(fd);
}

int rename(const char *from, const char *to) {
  find();
  const char *a = inside(from), *b = inside(to);
  if (!a || !b) return real_rename(from, to);
  pthread_mutex_lock(&lock);
  int result = real_rename(from, to);
  if (result == 0) {
    put_op('R', a);
    if (trace >= 0) put_text(b);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

int unlink(const char *path) {
  find();
  const char *at = inside(path);
  if (!at) return real_unlink(path);
  pthread_mutex_lock(&lock);
  int result = real_unlink(path);
  if (result == 0) put_op('U', at);
  pthread_mutex_unlock(&lock);
  return result;
}

int mkdir(const char *path, mode_t mode) {
  find();
  const char *at = inside(path);
  if (!at) return real_mkdir(path, mode);
  pthread_mutex_lock(&lock);
  int result = real_mkdir(path, mode);
  if (result == 0) put_op('K', at);
  pthread_mutex_unlock(&lock);
  return result;
}
