package io.waybillguard.agent.platform.linux;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;

/**
 * The calls of the C library that we make, mapped directly. Every caller checks the result and,
 * when it is negative, asks {@link #errno} before it does anything else.
 *
 * <p>Constants are those of the Linux system call interface on x86-64, arm64 and LoongArch, where
 * they are alike (MIPS numbers some of them otherwise): {@code include/uapi} of the kernel, header
 * named beside each group.
 */
final class Libc {
  // asm-generic/errno-base.h, asm-generic/errno.h
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int EBUSY = 16;
  static final int ENODEV = 19;
  static final int EINVAL = 22;
  static final int ENOSYS = 38;
  static final int EOPNOTSUPP = 95;
  static final int ENOBUFS = 105;
  static final int ESTALE = 116;
  static final int ENOMEDIUM = 123;

  // asm-generic/fcntl.h
  static final int O_RDONLY = 0;
  static final int O_NONBLOCK = 04000;
  // The one of these that differs: asm-generic/fcntl.h and arch/arm64/include/uapi/asm/fcntl.h.
  static final int O_NOFOLLOW = Platform.isARM() ? 0100000 : 0400000;
  static final int O_CLOEXEC = 02000000;
  static final int O_PATH = 010000000;
  static final int AT_FDCWD = -100;

  // asm-generic/unistd.h; the same on x86-64
  static final int SYS_PIDFD_SEND_SIGNAL = 424;
  static final int SYS_PIDFD_OPEN = 434;

  // linux/fs.h
  static final int MNT_DETACH = 2;
  static final int UMOUNT_NOFOLLOW = 8;

  // asm-generic/signal.h
  static final int SIGKILL = 9;
  static final int SIGTERM = 15;

  // asm-generic/poll.h
  static final short POLLIN = 0x1;
  static final short POLLPRI = 0x2;
  static final short POLLERR = 0x8;

  // linux/eventfd.h
  static final int EFD_NONBLOCK = O_NONBLOCK;
  static final int EFD_CLOEXEC = O_CLOEXEC;

  static {
    Native.register(Libc.class, "c");
  }

  private Libc() {}

  static native int open(byte[] path, int flags);

  static native int close(int fd);

  static native long read(int fd, Pointer into, long size);

  static native long write(int fd, Pointer from, long size);

  static native int ioctl(int fd, long request, Pointer into);

  static native int poll(Pointer fds, long count, int timeoutMillis);

  static native int eventfd(int initial, int flags);

  static native int socket(int domain, int type, int protocol);

  static native int bind(int fd, Pointer address, int length);

  static native int connect(int fd, Pointer address, int length);

  static native int setsockopt(int fd, int level, int option, Pointer value, int length);

  static native long send(int fd, Pointer from, long size, int flags);

  static native long recvfrom(
      int fd, Pointer into, long size, int flags, Pointer address, Pointer addressLength);

  static native int statfs(byte[] path, Pointer into);

  static native int inotify_init1(int flags);

  static native int inotify_add_watch(int fd, byte[] path, int mask);

  static native int inotify_rm_watch(int fd, int watch);

  static native int fanotify_init(int flags, int eventFlags);

  static native int fanotify_mark(int fd, int flags, long mask, int folder, byte[] path);

  static native int name_to_handle_at(
      int folder, byte[] path, Pointer handle, Pointer mountId, int flags);

  static native int open_by_handle_at(int mount, Pointer handle, int flags);

  /**
   * syscall(2), for calls that glibc 2.31 has no name for. Its arguments are variable in C; on
   * x86-64 and AArch64 they travel like fixed ones.
   */
  static native long syscall(long number, long first, long second, long third, long fourth);

  static native int umount2(byte[] path, int flags);

  static native void sync();

  static native String strerror(int errno);

  /** The error of the call that this thread made last. JNA keeps it from being overwritten. */
  static int errno() {
    return Native.getLastError();
  }

  /** The failure of the call made last, with its cause in words. */
  static IOException failure(String what) {
    return failure(what, errno());
  }

  static IOException failure(String what, int errno) {
    return new IOException(what + ": " + strerror(errno) + " (errno " + errno + ")");
  }

  /** A path for a call: its bytes and the closing NUL. Each character of {@code raw} is a byte. */
  static byte[] path(String raw) {
    return (raw + '\0').getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
