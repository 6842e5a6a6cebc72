package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program that runs in a person's session with the person's rights, as a service starts it.
 * Handles are not inherited from one session into another, so it gets the names of two pipes as its
 * last arguments: it reads the first and writes the second. One thread.
 */
final class PersonsProgram extends Process {
  private static final Logger LOG = LoggerFactory.getLogger(PersonsProgram.class);

  // winbase.h, winnt.h
  static final int CREATE_UNICODE_ENVIRONMENT = 0x400;
  static final int CREATE_NO_WINDOW = 0x08000000;
  static final int WAIT_OBJECT_0 = 0;
  static final int WAIT_TIMEOUT = 258;

  /** STARTUPINFOW on x64 (processthreadsapi.h). */
  static final int STARTUP_SIZE = 104;

  static final int STARTUP_DESKTOP = 16;

  /** PROCESS_INFORMATION on x64. */
  static final int INFORMATION_SIZE = 24;

  static final int INFORMATION_THREAD = 8;
  static final int INFORMATION_PID = 16;

  /** The desktop that people see. */
  private static final String DESKTOP = "winsta0\\default";

  /** A status of ours, since it did not end by itself. */
  private static final int ENDED_BY_US = 1;

  private static final int LOOK_EVERY_MILLIS = 100;

  /** {@code advapi32.dll}, as far as it starts programs. */
  interface Advapi extends StdCallLibrary {
    boolean CreateProcessAsUserW(
        Pointer token,
        @Nullable WString program,
        Memory commandLine,
        @Nullable Pointer processSecurity,
        @Nullable Pointer threadSecurity,
        boolean inherit,
        int flags,
        Pointer environment,
        WString folder,
        Memory startup,
        Memory information);
  }

  /** {@code userenv.dll}. */
  interface Userenv extends StdCallLibrary {
    boolean CreateEnvironmentBlock(PointerByReference block, Pointer token, boolean inherit);

    boolean DestroyEnvironmentBlock(Pointer block);
  }

  /** {@code kernel32.dll}, as far as it follows processes. */
  interface Kernel extends StdCallLibrary {
    int WaitForSingleObject(Pointer handle, int millis);

    boolean GetExitCodeProcess(Pointer process, IntByReference code);

    boolean TerminateProcess(Pointer process, int code);
  }

  private final Kernel kernel;
  private final KernelMore more;
  private final long pid;
  private final PrivatePipe out;
  private final PrivatePipe in;
  private @Nullable Pointer process;
  private int status = ENDED_BY_US;

  private PersonsProgram(
      Libraries libraries, Pointer process, long pid, PrivatePipe out, PrivatePipe in) {
    this.kernel = libraries.load("kernel32", Kernel.class);
    this.more = libraries.load("kernel32", KernelMore.class);
    this.process = process;
    this.pid = pid;
    this.out = out;
    this.in = in;
  }

  /**
   * Starts it.
   *
   * @param token whose session and rights
   * @param command the program, by its whole path, and its arguments; two are added
   * @param folder where it runs
   * @throws IOException if the system does not start it
   */
  static PersonsProgram start(
      Libraries libraries, PersonsToken token, List<String> command, String folder)
      throws IOException {
    String account = token.account();
    PrivatePipe out = PrivatePipe.of(libraries, account);
    @Nullable PrivatePipe in = null;
    boolean done = false;
    try {
      in = PrivatePipe.of(libraries, account);
      List<String> whole = new ArrayList<>(command);
      whole.add(out.name());
      whole.add(in.name());
      PersonsProgram program = create(libraries, token, ArgumentLine.of(whole), folder, out, in);
      done = true;
      return program;
    } finally {
      if (!done) {
        out.close();
        if (in != null) {
          in.close();
        }
      }
    }
  }

  private static PersonsProgram create(
      Libraries libraries,
      PersonsToken token,
      String line,
      String folder,
      PrivatePipe out,
      PrivatePipe in)
      throws IOException {
    Userenv userenv = libraries.load("userenv", Userenv.class);
    PointerByReference environment = new PointerByReference();
    if (!userenv.CreateEnvironmentBlock(environment, token.handle(), false)) {
      throw Win32.failure(
          "CreateEnvironmentBlock", "cannot ask for the environment of the person at the screen");
    }
    try (Memory commandLine = NativeMemory.of(line);
        Memory desktop = NativeMemory.of(DESKTOP);
        Memory startup = new Memory(STARTUP_SIZE);
        Memory information = new Memory(INFORMATION_SIZE)) {
      startup.clear();
      startup.setInt(0, STARTUP_SIZE);
      startup.setPointer(STARTUP_DESKTOP, desktop);
      if (!libraries
          .load("advapi32", Advapi.class)
          .CreateProcessAsUserW(
              token.handle(),
              null,
              commandLine,
              null,
              null,
              false,
              CREATE_UNICODE_ENVIRONMENT | CREATE_NO_WINDOW,
              environment.getValue(),
              new WString(folder),
              startup,
              information)) {
        throw Win32.failure(
            "CreateProcessAsUser", "cannot start a program for the person at the screen");
      }
      libraries
          .load("kernel32", KernelMore.class)
          .CloseHandle(information.getPointer(INFORMATION_THREAD));
      return new PersonsProgram(
          libraries,
          information.getPointer(0),
          Integer.toUnsignedLong(information.getInt(INFORMATION_PID)),
          out,
          in);
    } finally {
      userenv.DestroyEnvironmentBlock(environment.getValue());
    }
  }

  @Override
  public OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int each) throws IOException {
        write(new byte[] {(byte) each}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(Arrays.copyOfRange(bytes, from, from + length), pid);
      }
    };
  }

  /** Never waits: what is not there yet is not read. */
  @Override
  public InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int available() throws IOException {
        out.send(pid);
        return in.available(pid);
      }

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) == 1 ? Byte.toUnsignedInt(one[0]) : -1;
      }

      @Override
      public int read(byte[] into, int from, int length) throws IOException {
        int most = Math.min(available(), length);
        if (most == 0) {
          return -1;
        }
        byte[] bytes = new byte[most];
        int read = in.read(bytes, most);
        System.arraycopy(bytes, 0, into, from, read);
        return read;
      }
    };
  }

  @Override
  public InputStream getErrorStream() {
    return InputStream.nullInputStream();
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public boolean isAlive() {
    Pointer open = process;
    if (open == null) {
      return false;
    }
    int waited = kernel.WaitForSingleObject(open, 0);
    if (waited != WAIT_TIMEOUT && waited != WAIT_OBJECT_0) {
      LOG.warn("pid={} is not known to run: {}", pid, Win32.word("WaitForSingleObject"));
    }
    return waited == WAIT_TIMEOUT;
  }

  @Override
  public int waitFor() throws InterruptedException {
    boolean over = false;
    while (!over) {
      over = waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }
    return exitValue();
  }

  @Override
  public int exitValue() {
    Pointer open = process;
    IntByReference code = new IntByReference();
    if (open != null && isAlive()) {
      throw new IllegalThreadStateException("process " + pid + " has not ended");
    }
    if (open != null) {
      if (kernel.GetExitCodeProcess(open, code)) {
        status = code.getValue();
      } else {
        LOG.warn("pid={} does not tell its end: {}", pid, Win32.word("GetExitCodeProcess"));
      }
    }
    return status;
  }

  /** Ends it, and lets go of everything; it is asked nothing afterwards. */
  @Override
  public void destroy() {
    Pointer open = process;
    try {
      if (open != null) {
        end(open);
      }
    } finally {
      hangUp();
    }
  }

  private void end(Pointer open) {
    try {
      if (kernel.WaitForSingleObject(open, 0) == WAIT_OBJECT_0) {
        status = exitValue();
      } else {
        status = ENDED_BY_US;
        if (!kernel.TerminateProcess(open, ENDED_BY_US)) {
          LOG.warn("pid={} is not ended: {}", pid, Win32.word("TerminateProcess"));
        }
      }
    } finally {
      process = null;
      more.CloseHandle(open);
    }
  }

  /** By this it sees the end of its input. */
  void hangUp() {
    out.close();
    in.close();
  }
}
