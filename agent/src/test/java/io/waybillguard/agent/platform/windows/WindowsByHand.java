package io.waybillguard.agent.platform.windows;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.PointerType;
import com.sun.jna.platform.win32.Advapi32;
import com.sun.jna.platform.win32.Crypt32;
import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.User32;
import com.sun.jna.platform.win32.WinCrypt.DATA_BLOB;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import com.sun.jna.platform.win32.WinNT.HANDLEByReference;
import com.sun.jna.platform.win32.WinReg.HKEY;
import com.sun.jna.platform.win32.WinReg.HKEYByReference;
import com.sun.jna.platform.win32.WinUser.LASTINPUTINFO;
import com.sun.jna.platform.win32.Winsvc.SERVICE_STATUS_PROCESS;
import com.sun.jna.platform.win32.Winsvc.SERVICE_TABLE_ENTRY;
import com.sun.jna.platform.win32.Wtsapi32;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Windows whose calls are answered by hand: each as its documentation says that it succeeds, with
 * just enough in what it fills in. It keeps account of all that it opened and was given back, and
 * lets one call fail. No library of Windows is loaded, so it is the same on any system.
 */
final class WindowsByHand implements Libraries {
  /** How a call fails. */
  enum Failure {
    /** ERROR_ACCESS_DENIED, STATUS_ACCESS_DENIED. */
    NO_RIGHT(5, 0xC0000022),
    /** ERROR_NO_SYSTEM_RESOURCES, STATUS_INSUFFICIENT_RESOURCES: no adapter knows it. */
    NO_ROOM(1450, 0xC000009A),
    /** The library lacks the function, as JNA tells it. */
    NO_EXPORT(0, 0);

    final int code;
    final int status;

    Failure(int code, int status) {
      this.code = code;
      this.status = status;
    }

    /** As a message has it. */
    String error() {
      return "error " + code;
    }

    /** As a message has that of a call of ntdll. */
    String status() {
      return "status 0x" + Integer.toHexString(status);
    }
  }

  /** What a call answers. */
  @FunctionalInterface
  interface Answer {
    @Nullable Object to(Object[] arguments);
  }

  /**
   * A proxy initialises the interfaces that it is made for, and those of jna-platform load their
   * library then; what these extend stays as it is.
   */
  private interface Advapi extends Advapi32 {}

  private interface Crypt extends Crypt32 {}

  private interface Kernel extends Kernel32 {}

  private interface User extends User32 {}

  private interface Wts extends Wtsapi32 {}

  private static final Map<Class<?>, Class<?>> LOADING_NOTHING =
      Map.of(
          Advapi32.class, Advapi.class,
          Crypt32.class, Crypt.class,
          Kernel32.class, Kernel.class,
          User32.class, User.class,
          Wtsapi32.class, Wts.class);

  /** What lets go of something: which argument is given back. */
  private static final Map<String, Integer> CLOSERS =
      Map.ofEntries(
          Map.entry("CloseHandle", 0),
          Map.entry("CloseServiceHandle", 0),
          Map.entry("SetupDiDestroyDeviceInfoList", 0),
          Map.entry("EvtClose", 0),
          Map.entry("FindClose", 0),
          Map.entry("RegCloseKey", 0),
          Map.entry("LocalFree", 0),
          Map.entry("WTSFreeMemory", 0),
          Map.entry("DestroyEnvironmentBlock", 0),
          Map.entry("CryptCATAdminReleaseCatalogContext", 1),
          Map.entry("CryptCATAdminReleaseContext", 0));

  private static final Set<String> MORE_CLOSERS =
      Set.of("CloseTrace", "UnregisterDeviceNotification");

  /** Those that have no way to fail, by their documentation. */
  private static final Set<String> ALWAYS_SUCCEED =
      Set.of(
          "GetTickCount",
          "GetTickCount64",
          "GetCurrentProcess",
          "GetCurrentProcessId",
          "GetDriveType",
          "SetErrorMode");

  /** Fail with INVALID_HANDLE_VALUE; all others that give a handle, with none. */
  private static final Set<String> ALL_ONES =
      Set.of(
          "CreateFile",
          "CreateNamedPipe",
          "CreateToolhelp32Snapshot",
          "FindFirstStream",
          "OpenFileById",
          "SetupDiGetClassDevs");

  /** Give a length or a kind, 0 for a failure that GetLastError tells. */
  private static final Set<String> ZERO_FAILS =
      Set.of("GetFinalPathNameByHandle", "QueryDosDevice", "GetFileType", "GetLogicalDrives");

  /** Give all ones for a failure that GetLastError tells. */
  private static final Set<String> MINUS_ONE_FAILS =
      Set.of(
          "WaitForMultipleObjects",
          "WaitForSingleObject",
          "WTSGetActiveConsoleSessionId",
          "OpenTrace");

  private static final long MOST_WAIT_NANOS = 10_000_000_000L;
  private static final int LOOK_EVERY_MILLIS = 20;
  private static final int PEB = 0x1000;
  private static final int PARAMETERS = 0x1400;
  private static final int TEXTS = 0x1800;

  private final Map<String, Answer> answers = new HashMap<>();
  private final Map<Long, String> open = new HashMap<>();
  private final List<Object> kept = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private final Set<Long> set = new HashSet<>();
  private final Set<Thread> callers = new HashSet<>();
  private final byte[] other = new byte[0x1000];
  private final String fails;
  private final int time;
  private final @Nullable Failure how;
  private long last = 0x10000;
  private boolean hasFailed;

  /** Where no call fails. */
  WindowsByHand() {
    this("", 0, null);
  }

  /**
   * @param fails the function of which one call fails
   * @param time which of its calls, the first being 1: adapters with a thread make calls of two
   *     functions in either order
   */
  WindowsByHand(String fails, int time, @Nullable Failure how) {
    this.fails = fails;
    this.time = time;
    this.how = how;
    files();
    processes();
    registry();
    services();
    sessions();
    devices();
    logs();
    signatures();
    others();
  }

  /** Whether it can fail at all, and is no call that lets go of something. */
  static boolean canFail(String function) {
    return !ALWAYS_SUCCEED.contains(function)
        && !CLOSERS.containsKey(function)
        && !MORE_CLOSERS.contains(function);
  }

  /** A name without the W of those that take characters of 16 bits. */
  static String plain(String function) {
    return function.endsWith("W") ? function.substring(0, function.length() - 1) : function;
  }

  /** Answers one function otherwise. */
  WindowsByHand answering(String function, Answer answer) {
    answers.put(function, answer);
    return this;
  }

  /** All calls so far, in order. */
  synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  /** Whether the call that was to fail was made. */
  synchronized boolean hasFailed() {
    return hasFailed;
  }

  /** What was given back though it was not open, or by another call than its own. */
  synchronized List<String> wrong() {
    return List.copyOf(wrong);
  }

  /** What is open still, by the call that would close it; waits for threads that are ending. */
  synchronized List<String> left() throws InterruptedException {
    long end = System.nanoTime() + MOST_WAIT_NANOS;
    while (!open.isEmpty() && isCalled() && System.nanoTime() < end) {
      wait(LOOK_EVERY_MILLIS);
    }
    return List.copyOf(open.values());
  }

  private boolean isCalled() {
    return callers.stream().anyMatch(each -> each != Thread.currentThread() && each.isAlive());
  }

  @Override
  public <F extends Library> F load(String name, Class<F> functions) {
    Object library =
        Proxy.newProxyInstance(
            WindowsByHand.class.getClassLoader(),
            new Class<?>[] {LOADING_NOTHING.getOrDefault(functions, functions)},
            (proxy, method, arguments) ->
                typed(
                    method.getReturnType(),
                    call(
                        plain(method.getName()),
                        method.getReturnType(),
                        arguments == null ? new Object[0] : arguments)));
    return functions.cast(library);
  }

  private @Nullable Object call(String function, Class<?> type, Object[] arguments) {
    Answer answer;
    synchronized (this) {
      callers.add(Thread.currentThread());
      calls.add(function);
      boolean isIt =
          function.equals(fails)
              && (how == Failure.NO_EXPORT || Collections.frequency(calls, function) == time);
      if (isIt && how != null) {
        hasFailed = true;
        if (how == Failure.NO_EXPORT) {
          throw new UnsatisfiedLinkError("Error looking up function '" + function + "'");
        }
        Native.setLastError(how.code);
        return failed(function, type, how);
      }
      Integer closes = CLOSERS.get(function);
      if (closes != null) {
        close(function, arguments[closes]);
        return type == boolean.class ? true : type == int.class ? 0 : null;
      }
      answer = answers.get(function);
    }
    if (answer == null) {
      throw new AssertionError("nobody wrote down how Windows answers " + function);
    }
    return answer.to(arguments);
  }

  private static @Nullable Object failed(String function, Class<?> type, Failure how) {
    if (type == boolean.class) {
      return false;
    }
    if (type == long.class) {
      return -1L;
    }
    if (type == int.class) {
      return ZERO_FAILS.contains(function)
          ? 0
          : MINUS_ONE_FAILS.contains(function)
              ? -1
              : function.startsWith("Nt") || function.startsWith("Rtl") ? how.status : how.code;
    }
    return ALL_ONES.contains(function) ? new Pointer(-1) : null;
  }

  private static @Nullable Object typed(Class<?> type, @Nullable Object answer)
      throws ReflectiveOperationException {
    if (answer instanceof Pointer pointer && PointerType.class.isAssignableFrom(type)) {
      PointerType made = (PointerType) type.getDeclaredConstructor().newInstance();
      made.setPointer(pointer);
      return made;
    }
    return answer;
  }

  private synchronized Pointer opened(String closer) {
    last += 4;
    open.put(last, closer);
    return new Pointer(last);
  }

  private synchronized Memory filled(String closer, int size) {
    Memory memory = kept(size);
    open.put(Pointer.nativeValue(memory), closer);
    return memory;
  }

  private synchronized Memory kept(int size) {
    Memory memory = new Memory(size);
    memory.clear();
    kept.add(memory);
    return memory;
  }

  private Memory text(String closer, String text) {
    Memory memory = filled(closer, 2 * (text.length() + 1));
    memory.setWideString(0, "");
    byte[] characters = text.getBytes(StandardCharsets.UTF_16LE);
    memory.write(0, characters, 0, characters.length);
    return memory;
  }

  private synchronized void close(String closer, @Nullable Object given) {
    long value =
        given instanceof Pointer pointer
            ? Pointer.nativeValue(pointer)
            : given instanceof PointerType typed
                ? Pointer.nativeValue(typed.getPointer())
                : given instanceof Long number ? number : 0;
    String expected = open.remove(value);
    if (!closer.equals(expected)) {
      wrong.add(
          closer + " of " + Long.toHexString(value) + (expected == null ? "" : ", of " + expected));
    }
    notifyAll();
  }

  private static void stream(String name, long size, Memory into) {
    into.clear();
    into.setLong(NtfsStreams.STREAM_SIZE, size);
    byte[] characters = name.getBytes(StandardCharsets.UTF_16LE);
    into.write(NtfsStreams.STREAM_NAME, characters, 0, characters.length);
  }

  private static boolean refuse(int error) {
    Native.setLastError(error);
    return false;
  }

  private void files() {
    for (String function : List.of("CreateFile", "CreateToolhelp32Snapshot", "OpenFileById")) {
      answers.put(function, a -> opened("CloseHandle"));
    }
    answers.put("CreateNamedPipe", a -> opened("CloseHandle"));
    answers.put(
        "DeviceIoControl",
        a -> {
          Pointer out = (Pointer) a[4];
          int length = 0;
          switch ((int) a[1]) {
            case Disks.IOCTL_STORAGE_QUERY_PROPERTY -> {
              length = StorageDevice.SIZE;
              out.clear(length);
              out.setInt(StorageDevice.BUS_TYPE, StorageDevice.BUS_USB);
            }
            case Disks.IOCTL_STORAGE_GET_DEVICE_NUMBER -> {
              length = Disks.NUMBER_SIZE;
              out.setInt(Disks.NUMBER_DISK, 3);
              out.setInt(Disks.NUMBER_PARTITION, 1);
            }
            case NtfsVolume.FSCTL_QUERY_USN_JOURNAL -> {
              length = NtfsVolume.JOURNAL_SIZE;
              out.setLong(NtfsVolume.JOURNAL_NEXT, 77);
            }
            case NtfsVolume.FSCTL_READ_USN_JOURNAL -> {
              length = Long.BYTES;
              out.setLong(0, 78);
            }
            default -> throw new AssertionError("code " + a[1]);
          }
          ((IntByReference) a[6]).setValue(length);
          return true;
        });
    answers.put(
        "GetFinalPathNameByHandle",
        a -> {
          byte[] path = "\\\\?\\C:\\a".getBytes(StandardCharsets.UTF_16LE);
          ((Memory) a[1]).write(0, path, 0, path.length);
          return path.length / 2;
        });
    Iterator<String> streams = List.of(":工具.exe:$DATA", ":note:$DATA").iterator();
    answers.put(
        "FindFirstStream",
        a -> {
          stream("::$DATA", 5, (Memory) a[2]);
          return opened("FindClose");
        });
    answers.put(
        "FindNextStream",
        a -> {
          if (!streams.hasNext()) {
            return refuse(NtfsStreams.ERROR_HANDLE_EOF);
          }
          stream(streams.next(), 6_000, (Memory) a[1]);
          return true;
        });
    answers.put("GetFileType", a -> OpenHandles.FILE_TYPE_DISK);
    answers.put(
        "QueryDosDevice",
        a -> {
          if (!"C:".equals(a[0])) {
            refuse(Win32.ERROR_FILE_NOT_FOUND);
            return 0;
          }
          return put("\\Device\\HarddiskVolume3\0\0", (char[]) a[1]);
        });
    answers.put("GetLogicalDrives", a -> 0b1100);
    answers.put(
        "GetDriveType",
        a -> "C:\\".equals(a[0]) ? WindowsVolumes.DRIVE_FIXED : WindowsVolumes.DRIVE_REMOVABLE);
    answers.put("SetErrorMode", a -> 0);
    answers.put(
        "GetVolumeInformation",
        a -> {
          put("STICK\0", (char[]) a[1]);
          ((IntByReference) a[3]).setValue(0xcafe1234);
          put("NTFS\0", (char[]) a[6]);
          return true;
        });
    answers.put(
        "GetVolumeNameForVolumeMountPoint",
        a -> {
          put("\\\\?\\Volume{1}\\\0", (char[]) a[1]);
          return true;
        });
    answers.put("PeekNamedPipe", a -> given(a[4], 3));
    answers.put("GetNamedPipeClientProcessId", a -> given(a[1], 7));
    answers.put("ReadFile", a -> given(a[3], 3));
    answers.put("WriteFile", a -> given(a[3], (int) a[2]));
  }

  private static int put(String text, char[] into) {
    text.getChars(0, text.length(), into, 0);
    return text.length();
  }

  private static boolean given(Object reference, int value) {
    ((IntByReference) reference).setValue(value);
    return true;
  }

  private boolean given(Object reference, Pointer value) {
    ((PointerByReference) reference).setValue(value);
    return true;
  }

  private void processes() {
    answers.put("GetTickCount", a -> 5_000);
    answers.put("GetTickCount64", a -> 5_000L);
    answers.put("GetCurrentProcess", a -> new Pointer(-1));
    answers.put("GetCurrentProcessId", a -> 9);
    answers.put("ProcessIdToSessionId", a -> given(a[1], 1));
    answers.put("OpenProcess", a -> opened("CloseHandle"));
    answers.put("DuplicateHandle", a -> given(a[3], opened("CloseHandle")));
    answers.put("NtQuerySystemInformation", a -> 0);
    answers.put(
        "NtQueryInformationProcess",
        a -> {
          ((Memory) a[2]).setLong(CommandLines.BASIC_PEB, PEB);
          return 0;
        });
    parameters(CommandLines.PARAMETERS_COMMAND_LINE, "C:\\a.exe -x", TEXTS);
    parameters(CommandLines.PARAMETERS_FOLDER, "D:\\面单\\", TEXTS + 0x100);
    pointer(PEB + CommandLines.PEB_PARAMETERS, PARAMETERS);
    answers.put(
        "ReadProcessMemory",
        a -> {
          int at = (int) Pointer.nativeValue((Pointer) a[1]) - PEB;
          ((Memory) a[2]).write(0, other, at, (int) (long) a[3]);
          return true;
        });
    answers.put("Process32First", a -> process((Memory) a[1], "a.exe", 7));
    answers.put(
        "Process32Next",
        a ->
            ((Memory) a[1]).getInt(Toolhelp.PID) == 7
                ? process((Memory) a[1], "b.exe", 8)
                : refuse(18)); // ERROR_NO_MORE_FILES
    answers.put(
        "QueryFullProcessImageName",
        a -> {
          byte[] path = "C:\\a.exe".getBytes(StandardCharsets.UTF_16LE);
          ((Memory) a[2]).write(0, path, 0, path.length);
          return given(a[3], path.length / 2);
        });
    answers.put(
        "RtlGetVersion",
        a -> {
          ((Pointer) a[0]).setInt(WindowsVersion.INFO_MAJOR, 10);
          return 0;
        });
    answers.put("GetLastInputInfo", a -> (((LASTINPUTINFO) a[0]).dwTime = 1_000) > 0);
    answers.put(
        "GetComputerNameEx",
        a -> {
          int length = put("DESK-7", (char[]) a[1]);
          return given(a[2], length);
        });
    answers.put("CreateEvent", a -> opened("CloseHandle"));
    answers.put("SetEvent", a -> signal((HANDLE) a[0]));
    answers.put("WaitForMultipleObjects", a -> waited((HANDLE[]) a[1]));
    answers.put("WaitForSingleObject", a -> PersonsProgram.WAIT_TIMEOUT);
    answers.put("TerminateProcess", a -> true);
    answers.put("GetExitCodeProcess", a -> given(a[1], 0));
  }

  private void pointer(int at, long value) {
    for (int i = 0; i < Long.BYTES; i++) {
      other[at - PEB + i] = (byte) (value >>> (8 * i));
    }
  }

  /** A text among the parameters of the other process. */
  private void parameters(int offset, String text, int at) {
    byte[] characters = text.getBytes(StandardCharsets.UTF_16LE);
    System.arraycopy(characters, 0, other, at - PEB, characters.length);
    pointer(PARAMETERS + offset, characters.length);
    pointer(PARAMETERS + offset + CommandLines.UNICODE_STRING_BUFFER, at);
  }

  private static boolean process(Memory entry, String name, int pid) {
    entry.setInt(Toolhelp.PID, pid);
    byte[] characters = (name + '\0').getBytes(StandardCharsets.UTF_16LE);
    entry.write(Toolhelp.NAME, characters, 0, characters.length);
    return true;
  }

  private synchronized boolean signal(HANDLE event) {
    set.add(Pointer.nativeValue(event.getPointer()));
    notifyAll();
    return true;
  }

  private synchronized int waited(HANDLE[] events) {
    while (true) {
      for (int i = 0; i < events.length; i++) {
        if (set.remove(Pointer.nativeValue(events[i].getPointer()))) {
          return i;
        }
      }
      try {
        wait();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void registry() {
    answers.put(
        "RegOpenKeyEx",
        a -> {
          given(a[4], opened("RegCloseKey"));
          return 0;
        });
    answers.put(
        "RegCreateKeyEx",
        a -> {
          ((HKEYByReference) a[7]).setValue(new HKEY(opened("RegCloseKey")));
          return 0;
        });
    answers.put("RegSetValueEx", a -> 0);
    answers.put("RegDeleteKey", a -> 0);
    answers.put("RegNotifyChangeKeyValue", a -> 0);
    answers.put("RegEnumKeyEx", a -> (int) a[1] == 0 ? named(a, "Run") : Win32.ERROR_NO_MORE_ITEMS);
    answers.put(
        "RegEnumValue",
        a -> {
          if ((int) a[1] != 0) {
            return Win32.ERROR_NO_MORE_ITEMS;
          }
          byte[] data = "Windows 10 Pro".getBytes(StandardCharsets.UTF_16LE);
          ((Memory) a[6]).write(0, data, 0, data.length);
          given(a[7], data.length);
          given(a[5], 1); // REG_SZ
          return named(a, "ProductName");
        });
  }

  private static int named(Object[] a, String name) {
    byte[] characters = name.getBytes(StandardCharsets.UTF_16LE);
    ((Memory) a[2]).write(0, characters, 0, characters.length);
    given(a[3], name.length());
    return 0;
  }

  private void services() {
    for (String function : List.of("OpenSCManager", "OpenService", "CreateService")) {
      answers.put(function, a -> opened("CloseServiceHandle"));
    }
    for (String function :
        List.of(
            "ChangeServiceConfig",
            "ChangeServiceConfig2",
            "DeleteService",
            "StartService",
            "ControlService",
            "SetServiceStatus")) {
      answers.put(function, a -> true);
    }
    answers.put(
        "QueryServiceStatusEx",
        a -> {
          ((SERVICE_STATUS_PROCESS) a[2]).dwCurrentState = 4;
          return true;
        });
    answers.put(
        "QueryServiceConfig",
        a -> {
          Memory command = kept(64);
          command.setWideString(0, "");
          ((Pointer) a[1]).setPointer(WindowsServiceManager.CONFIG_COMMAND, command);
          return true;
        });
    answers.put(
        "StartServiceCtrlDispatcher",
        a -> {
          ((SERVICE_TABLE_ENTRY[]) a[0])[0].lpServiceProc.callback(0, null);
          return true;
        });
    answers.put("RegisterServiceCtrlHandlerEx", a -> new Pointer(4));
    answers.put("RegisterDeviceNotification", a -> opened("UnregisterDeviceNotification"));
    answers.put("UnregisterDeviceNotification", a -> closed("UnregisterDeviceNotification", a[0]));
    answers.put(
        "ConvertStringSecurityDescriptorToSecurityDescriptor",
        a -> given(a[2], filled("LocalFree", 64)));
    answers.put("GetSecurityDescriptorOwner", a -> true);
    answers.put("GetSecurityDescriptorDacl", a -> true);
    answers.put("SetNamedSecurityInfo", a -> 0);
  }

  private boolean closed(String closer, Object given) {
    close(closer, given);
    return true;
  }

  private void sessions() {
    answers.put("WTSGetActiveConsoleSessionId", a -> 1);
    answers.put(
        "WTSEnumerateSessions",
        a -> {
          given(a[4], 1);
          return given(a[3], filled("WTSFreeMemory", Sessions.ROW_SIZE));
        });
    answers.put(
        "WTSQuerySessionInformation",
        a -> {
          given(a[4], 8);
          return given(a[3], text("WTSFreeMemory", "小王"));
        });
    answers.put("WTSQueryUserToken", a -> given(a[1], opened("CloseHandle")));
    answers.put("DuplicateTokenEx", a -> given(a[5], opened("CloseHandle")));
    answers.put(
        "OpenProcessToken",
        a -> {
          ((HANDLEByReference) a[2]).setValue(new HANDLE(opened("CloseHandle")));
          return true;
        });
    answers.put(
        "GetTokenInformation",
        a -> {
          if (a[2] == null) {
            given(a[4], 32);
            return refuse(Win32.ERROR_INSUFFICIENT_BUFFER);
          }
          Pointer info = (Pointer) a[2];
          info.clear((int) a[3]);
          info.setInt(0, 1); // one privilege, elevated, or where the SID is: never looked at here
          return true;
        });
    answers.put("LookupPrivilegeName", a -> given(a[3], put("SeDebugPrivilege", (char[]) a[2])));
    answers.put("ConvertSidToStringSid", a -> given(a[1], wide("S-1-5-21-7")));
    answers.put("CreateEnvironmentBlock", a -> given(a[0], filled("DestroyEnvironmentBlock", 8)));
    answers.put(
        "CreateProcessAsUser",
        a -> {
          Memory information = (Memory) a[10];
          information.setPointer(0, opened("CloseHandle"));
          information.setPointer(PersonsProgram.INFORMATION_THREAD, opened("CloseHandle"));
          information.setInt(PersonsProgram.INFORMATION_PID, 7);
          return true;
        });
  }

  /** As this system's C keeps wide characters: of two bytes on Windows, of four elsewhere. */
  private Memory wide(String text) {
    Memory memory = filled("LocalFree", Native.WCHAR_SIZE * (text.length() + 1));
    memory.setWideString(0, text);
    return memory;
  }

  private void devices() {
    answers.put("SetupDiGetClassDevs", a -> opened("SetupDiDestroyDeviceInfoList"));
    Answer first = a -> (int) a[1] == 0 || refuse(Win32.ERROR_NO_MORE_ITEMS);
    answers.put("SetupDiEnumDeviceInfo", first);
    answers.put(
        "SetupDiEnumDeviceInterfaces", a -> (int) a[3] == 0 || refuse(Win32.ERROR_NO_MORE_ITEMS));
    answers.put(
        "SetupDiGetDeviceInstanceId", a -> put("USB\\VID_0781&PID_5581\\1\0", (char[]) a[2]) > 0);
    answers.put("SetupDiGetDeviceProperty", a -> refuse(Win32.ERROR_NOT_FOUND));
    answers.put(
        "SetupDiGetDeviceInterfaceDetail",
        a -> {
          ((Pointer) a[2]).setWideString(SetupDevices.DETAIL_PATH, "x");
          return true;
        });
  }

  private void logs() {
    answers.put("EvtSubscribe", a -> opened("EvtClose"));
    answers.put("EvtCreateBookmark", a -> opened("EvtClose"));
    answers.put("EvtUpdateBookmark", a -> true);
    answers.put(
        "EvtNext",
        a -> {
          ((Memory) a[2]).setPointer(0, opened("EvtClose"));
          return given(a[5], 1);
        });
    answers.put(
        "EvtRender",
        a -> {
          byte[] xml = "<Event/>\0".getBytes(StandardCharsets.UTF_16LE);
          given(a[5], xml.length);
          if (a[4] == null) {
            return refuse(Win32.ERROR_INSUFFICIENT_BUFFER);
          }
          ((Memory) a[4]).write(0, xml, 0, xml.length);
          return true;
        });
  }

  private void signatures() {
    answers.put(
        "WinVerifyTrust",
        a -> {
          Pointer data = (Pointer) a[2];
          if (data.getInt(WinTrustLayout.DATA_ACTION) == WinTrustLayout.ACTION_VERIFY) {
            data.setPointer(WinTrustLayout.DATA_STATE, opened("WinVerifyTrust"));
          } else if (data.getPointer(WinTrustLayout.DATA_STATE) != null) {
            close("WinVerifyTrust", data.getPointer(WinTrustLayout.DATA_STATE));
          }
          return 0;
        });
    answers.put("WTHelperProvDataFromStateData", a -> kept(8));
    answers.put("WTHelperGetProvSignerFromChain", a -> kept(8));
    answers.put(
        "WTHelperGetProvCertFromChain",
        a -> {
          Memory context = kept(24);
          context.setPointer(WinTrustLayout.CONTEXT_BYTES, kept(3));
          context.setInt(WinTrustLayout.CONTEXT_LENGTH, 3);
          Memory certificate = kept(16);
          certificate.setPointer(WinTrustLayout.PROVIDER_CERT, context);
          return certificate;
        });
    for (String function : List.of("CryptCATAdminAcquireContext", "CryptCATAdminAcquireContext2")) {
      answers.put(function, a -> given(a[0], opened("CryptCATAdminReleaseContext")));
    }
    answers.put("CryptCATAdminCalcHashFromFileHandle", a -> given(a[1], 20));
    answers.put("CryptCATAdminCalcHashFromFileHandle2", a -> given(a[2], 32));
    answers.put(
        "CryptCATAdminEnumCatalogFromHash", a -> opened("CryptCATAdminReleaseCatalogContext"));
    answers.put(
        "CryptCATCatalogInfoFromContext",
        a -> {
          ((Pointer) a[1]).setWideString(WinTrustLayout.FOUND_PATH, "C");
          return true;
        });
    for (String function : List.of("CryptProtectData", "CryptUnprotectData")) {
      answers.put(
          function,
          a -> {
            DATA_BLOB answer = (DATA_BLOB) a[6];
            answer.pbData = filled("LocalFree", 5);
            answer.cbData = 5;
            return true;
          });
    }
  }

  private void others() {
    for (String function :
        List.of("StartTrace", "ControlTrace", "EnableTraceEx2", "ProcessTrace")) {
      answers.put(function, a -> 0);
    }
    answers.put(
        "StartTrace",
        a -> {
          ((LongByReference) a[0]).setValue(5);
          return 0;
        });
    answers.put("OpenTrace", a -> Pointer.nativeValue(opened("CloseTrace")));
    answers.put(
        "CloseTrace",
        a -> {
          close("CloseTrace", a[0]);
          return 0;
        });
    answers.put(
        "GetExtendedTcpTable",
        a -> {
          Memory table = (Memory) a[0];
          table.clear();
          return 0;
        });
    for (String function :
        List.of(
            "SetPerTcpConnectionEStats", "SetPerTcp6ConnectionEStats",
            "GetPerTcpConnectionEStats", "GetPerTcp6ConnectionEStats")) {
      answers.put(function, a -> 0);
    }
  }

  @Override
  public String toString() {
    return Arrays.toString(calls.toArray());
  }
}
