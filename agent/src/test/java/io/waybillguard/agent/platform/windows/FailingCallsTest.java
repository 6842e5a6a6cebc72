package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.jna.Library;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.waybillguard.agent.platform.ServiceLife;
import io.waybillguard.agent.platform.ServiceManager;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.windows.WindowsByHand.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Every adapter of Windows, with each of its calls failing in turn: for want of a right, for want
 * of room, and since the library lacks it. What failed is said, and nothing stays open.
 */
final class FailingCallsTest {
  private static final String PACKAGE = "io.waybillguard.agent.platform.windows";
  private static final Path FOLDER = Path.of("folder").toAbsolutePath();

  /** What an adapter is used for, from its making to its end. */
  @FunctionalInterface
  private interface Use {
    @Nullable Object of(WindowsByHand windows) throws Exception;
  }

  /** A function whose failure the adapter tells by a value of its port, and not by an exception. */
  private record Unseen(String function, List<Object> values) {}

  /**
   * @param type which adapter
   * @param keeps what it holds open for as long as its program runs
   * @param endsBy the call without which its thread cannot be ended
   */
  private record Row(
      Class<?> type, String name, Use use, List<Unseen> unseen, List<String> keeps, String endsBy) {
    Row unseen(String function, Object... values) {
      List<Unseen> more = new ArrayList<>(unseen);
      more.add(new Unseen(function, List.of(values)));
      return new Row(type, name, use, more, keeps, endsBy);
    }

    Row keeping(String... closers) {
      return new Row(type, name, use, unseen, List.of(closers), endsBy);
    }

    Row endedBy(String function) {
      return new Row(type, name, use, unseen, keeps, function);
    }

    boolean isUnseen(String function, @Nullable Object value) {
      return unseen.stream()
          .filter(each -> each.function().equals(function))
          .anyMatch(each -> each.values().contains(String.valueOf(value)));
    }

    @Override
    public String toString() {
      return type.getSimpleName() + (name.isEmpty() ? "" : " " + name);
    }
  }

  private static Row row(Class<?> type, String name, Use use) {
    return new Row(type, name, use, List.of(), List.of(), "");
  }

  private static Row row(Class<?> type, Use use) {
    return row(type, "", use);
  }

  private static final ServiceManager.Plan PLAN =
      new ServiceManager.Plan(
          "WaybillGuard", "t", "d", List.of("C:\\a.exe"), Duration.ofSeconds(9), List.of(FOLDER));

  private static final ServiceLife.Work WORK =
      new ServiceLife.Work() {
        @Override
        public int run(Runnable running) {
          running.run();
          return 3;
        }

        @Override
        public void askToEnd(String why) {
          throw new AssertionError("nobody asked for it");
        }
      };

  /** The answer is the error itself; the last is that of a question that could not be closed. */
  private static final Object[] CODES = {"5, 0 bytes", "1450, 0 bytes", "0, 3 bytes"};

  private static List<Row> rows() {
    return List.of(
        row(
            AccessLists.class,
            l -> {
              new AccessLists(l).keepToAdministrators(FOLDER);
              return "kept";
            }),
        row(CommandLines.class, l -> new CommandLines(l).of(7))
            .unseen("OpenProcess", "")
            .unseen("NtQueryInformationProcess", "")
            .unseen("ReadProcessMemory", ""),
        row(CommandLines.class, "folder", l -> new CommandLines(l).folder(7))
            .unseen("OpenProcess", "")
            .unseen("NtQueryInformationProcess", "")
            .unseen("ReadProcessMemory", ""),
        row(DevicePaths.class, l -> DevicePaths.of(l).plain("\\Device\\HarddiskVolume3\\a.exe"))
            .unseen("QueryDosDevice", "\\Device\\HarddiskVolume3\\a.exe", "C:\\a.exe"),
        row(Disks.class, "place", l -> new Disks(l).place("\\\\.\\C:").disk()),
        row(Disks.class, "device", l -> new Disks(l).device("\\\\.\\C:").bus()),
        row(Disks.class, "nodes", l -> new Disks(l).nodes())
            .unseen("CreateFile", "{}") // a disk may go between being listed and being asked
            .unseen("DeviceIoControl", "{}"),
        row(Dpapi.class, "wrap", l -> new Dpapi(l).wrap(new byte[9]).length),
        row(Dpapi.class, "unwrap", l -> new Dpapi(l).unwrap(new byte[9]).length),
        row(
            EventSource.class,
            l -> {
              new EventSource(l).register("WaybillGuard");
              new EventSource(l).forget("WaybillGuard");
              return "registered";
            }),
        row(EventTracing.class, FailingCallsTest::traced),
        row(IpHelper.class, "table", l -> new IpHelper(l).list()),
        row(IpHelper.class, "can count", l -> new IpHelper(l).cannotCount())
            .unseen(
                "SetPerTcpConnectionEStats",
                Win32.word("SetPerTcpConnectionEStats", 5)
                    + "; run the agent as a service of LocalSystem",
                "this system does not count: " + Win32.word("SetPerTcpConnectionEStats", 1450),
                "this system has no counts: Error looking up function 'SetPerTcpConnectionEStats'")
            .unseen(
                "GetPerTcpConnectionEStats",
                "", // of no connection there is nothing to read: only whether it can be called
                "this system has no counts: Error looking up function 'GetPerTcpConnectionEStats'"),
        row(IpHelper.class, "counts", FailingCallsTest::counts)
            .unseen("SetPerTcpConnectionEStats", "not counted")
            .unseen("SetPerTcp6ConnectionEStats", "not counted")
            .unseen("GetPerTcpConnectionEStats", "gone")
            .unseen("GetPerTcp6ConnectionEStats", "gone"),
        row(KeyWatch.class, FailingCallsTest::watched)
            .endedBy("SetEvent")
            .unseen("RegOpenKeyEx", "[HKEY_USERS\\A]", "[HKEY_USERS\\B\\**]")
            .unseen("RegNotifyChangeKeyValue", "[HKEY_USERS\\A]", "[HKEY_USERS\\B\\**]")
            .unseen("CreateEvent", "[HKEY_USERS\\A]", "[HKEY_USERS\\B\\**]"),
        row(LastInput.class, l -> new LastInput(l).ago().toMillis()),
        row(NtfsStreams.class, l -> new NtfsStreams(l).list(FOLDER)),
        row(NtfsVolume.class, FailingCallsTest::journal)
            .unseen("OpenFileById", "78 Optional.empty") // it is gone
            .unseen("GetFinalPathNameByHandle", "78 Optional.empty"),
        row(OpenHandles.class, FailingCallsTest::handles)
            .keeping("CloseHandle") // the file by which it learns the number of files
            .unseen("OpenProcess", "may not be asked")
            .unseen("DuplicateHandle", "")
            .unseen("GetFileType", "")
            .unseen("GetFinalPathNameByHandle", ""),
        row(PersonsProgram.class, FailingCallsTest::program)
            .unseen("WTSQueryUserToken", "by hand")
            .unseen("PeekNamedPipe", "said 0", "said 3") // not open yet, or not any more
            .unseen("WaitForSingleObject", "said 3"),
        row(
                PersonsProgram.class,
                "that has ended",
                l -> program(l.answering("WaitForSingleObject", a -> PersonsProgram.WAIT_OBJECT_0)))
            .unseen("WTSQueryUserToken", "by hand")
            .unseen("WaitForSingleObject", "said 3") // then it is ended by us
            .unseen("PeekNamedPipe", "said 0", "said 3"),
        row(PersonsToken.class, FailingCallsTest::token).unseen("WTSQueryUserToken", "by hand"),
        row(PrivatePipe.class, FailingCallsTest::pipe).unseen("PeekNamedPipe", "0", "3"),
        row(
            RegistryKeys.class,
            l ->
                new WindowsRegistry(l).keys("HKEY_LOCAL_MACHINE\\A").size()
                    + new WindowsRegistry(l).values("HKEY_LOCAL_MACHINE\\A").size()),
        row(
            Sessions.class,
            l -> {
              Sessions sessions = new Sessions(l);
              return sessions.list().size() + " " + sessions.own() + sessions.areLocksSwapped();
            }),
        row(Sessions.class, "one", FailingCallsTest::session)
            .unseen("WTSQuerySessionInformation", "", "小王") // not told is no failure: Wine
            .unseen("WTSGetActiveConsoleSessionId", "nobody"),
        row(SetupDevices.class, "ids", l -> new SetupDevices(l).usbIds()),
        row(SetupDevices.class, "ever", l -> new SetupDevices(l).everOnUsb().size()),
        row(SetupDevices.class, "present", l -> new SetupDevices(l).present().size()),
        row(
            SetupDevices.class,
            "offering",
            l -> new SetupDevices(l).offering(DeviceKey.bytes(Disks.DISK)).size()),
        row(Toolhelp.class, l -> new Toolhelp(l).processes().size()),
        row(Toolhelp.class, "path", l -> new Toolhelp(l).path(7))
            .unseen("OpenProcess", "")
            .unseen("QueryFullProcessImageName", ""),
        row(WinTrust.class, "in the file", l -> certified(new WinTrust(l).embedded(FOLDER)))
            .endedBy("WinVerifyTrust")
            .unseen("WinVerifyTrust", CODES)
            .unseen("WTHelperProvDataFromStateData", "0, 0 bytes")
            .unseen("WTHelperGetProvSignerFromChain", "0, 0 bytes")
            .unseen("WTHelperGetProvCertFromChain", "0, 0 bytes"),
        row(
                WinTrust.class,
                "in a catalogue",
                l ->
                    new WinTrust(l)
                        .byCatalogue(FOLDER)
                        .map(FailingCallsTest::certified)
                        .orElse("none"))
            .endedBy("WinVerifyTrust")
            .unseen("WinVerifyTrust", CODES)
            .unseen("CryptCATAdminAcquireContext2", "0, 3 bytes") // found by SHA-1 then
            .unseen("CryptCATAdminCalcHashFromFileHandle2", "0, 3 bytes")
            .unseen("CryptCATAdminEnumCatalogFromHash", "0, 3 bytes")
            .unseen("CryptCATCatalogInfoFromContext", "0, 3 bytes")
            .unseen("WTHelperProvDataFromStateData", "0, 0 bytes")
            .unseen("WTHelperGetProvSignerFromChain", "0, 0 bytes")
            .unseen("WTHelperGetProvCertFromChain", "0, 0 bytes"),
        row(
                WinTrust.class,
                "in an older catalogue",
                l ->
                    new WinTrust(
                            l.answering(
                                "CryptCATAdminAcquireContext2",
                                a -> {
                                  throw new UnsatisfiedLinkError("Windows 7");
                                }))
                        .byCatalogue(FOLDER)
                        .map(FailingCallsTest::certified)
                        .orElse("none"))
            .endedBy("WinVerifyTrust")
            .unseen("WinVerifyTrust", CODES)
            .unseen("CryptCATAdminAcquireContext2", "0, 3 bytes")
            .unseen("WTHelperProvDataFromStateData", "0, 0 bytes")
            .unseen("WTHelperGetProvSignerFromChain", "0, 0 bytes")
            .unseen("WTHelperGetProvCertFromChain", "0, 0 bytes"),
        row(WindowsEventChannels.class, FailingCallsTest::channel),
        row(WindowsHost.class, l -> new WindowsHost(l).facts().osName()),
        row(WindowsRights.class, l -> new WindowsRights(l).missing()),
        row(
            WindowsServiceLife.class,
            l -> new WindowsServiceLife(l, new SystemEvents()).live("WaybillGuard", WORK)),
        row(WindowsServiceManager.class, "changed", FailingCallsTest::service),
        row(
            WindowsServiceManager.class,
            "made",
            l ->
                service(
                    l.answering(
                        "OpenService",
                        a -> {
                          com.sun.jna.Native.setLastError(
                              WindowsServiceManager.ERROR_SERVICE_DOES_NOT_EXIST);
                          return null;
                        }))),
        row(WindowsVersion.class, WindowsVersion::of),
        row(WindowsVolumes.class, l -> volumes(new WindowsVolumes(l).list().size())),
        row(WindowsVolumes.class, "roots", l -> new WindowsVolumes(l).roots().size()));
  }

  private static String volumes(int count) {
    return count + " volumes";
  }

  private static Object traced(Libraries windows) throws IOException {
    EventTracing tracing = new EventTracing(windows);
    tracing.enable(tracing.start("x"), TraceSource.STARTS);
    long trace = tracing.open("x", event -> {});
    try {
      tracing.process(trace);
    } finally {
      tracing.close(trace);
    }
    Tracing.Losses losses = tracing.losses("x");
    tracing.stop("x");
    return losses;
  }

  private static Object counts(Libraries windows) throws IOException {
    IpHelper helper = new IpHelper(windows);
    for (String address : List.of("192.0.2.1", "2001:db8::1")) {
      InetAddress host = InetAddress.getByName(address);
      TcpRow row = new TcpRow(TcpRow.ESTABLISHED, host, 1, host, 2, 7, 0);
      if (!helper.count(row)) {
        return "not counted";
      }
      if (helper.counts(row).isEmpty()) {
        return "gone";
      }
    }
    return "counted";
  }

  private static Object watched(Libraries windows) throws IOException {
    try (KeyWatch watch = new KeyWatch(windows, () -> {})) {
      List<String> keys = List.of("HKEY_USERS\\A", "HKEY_USERS\\B\\**");
      List<String> refused = new ArrayList<>(watch.watch(keys));
      watch.watch(List.of());
      return refused;
    }
  }

  private static Object journal(Libraries windows) throws IOException {
    try (UsnVolume volume = NtfsVolume.open(windows, "C:", FOLDER)) {
      UsnVolume.Journal journal = volume.query();
      return volume.read(journal.id(), journal.next()).next()
          + " "
          + volume.folder(new UsnRecord.FileId(1, 0));
    }
  }

  private static Object handles(Libraries windows) throws IOException {
    OpenHandles handles = new OpenHandles(windows);
    handles.handles();
    try (OpenFileLook.Holder holder = handles.holder(7).orElse(null)) {
      return holder == null ? "may not be asked" : holder.file(4);
    }
  }

  private static Object token(Libraries windows) throws IOException {
    try (PersonsToken token = PersonsToken.of(windows, 1).orElse(null)) {
      return token == null ? "by hand" : token.account();
    }
  }

  private static Object pipe(Libraries windows) throws IOException {
    try (PrivatePipe pipe = PrivatePipe.of(windows, "S-1-5-21-7")) {
      pipe.write(new byte[3], 7);
      int waiting = pipe.available(7);
      return waiting == 0 ? 0 : pipe.read(new byte[9], waiting);
    }
  }

  private static Object program(Libraries windows) throws Exception {
    try (PersonsToken token = PersonsToken.of(windows, 1).orElse(null)) {
      if (token == null) {
        return "by hand";
      }
      PersonsProgram program = PersonsProgram.start(windows, token, List.of("C:\\a.exe"), "C:\\");
      try {
        program.getOutputStream().write(new byte[3]);
        return "said " + program.getInputStream().available();
      } finally {
        program.destroy();
      }
    }
  }

  private static Object session(Libraries windows) {
    Sessions sessions = new Sessions(windows);
    if (sessions.atConsole().isEmpty()) {
      return "nobody";
    }
    String user = sessions.text(1, Sessions.USER_NAME);
    return sessions.isByRdp(1) || sessions.info(1, false).isPresent()
        ? "remote"
        : user + sessions.clientAddress(1);
  }

  private static Object channel(Libraries windows) throws IOException {
    WindowsEventChannels channels = new WindowsEventChannels(windows);
    channels.fromNow("System").close();
    channels.after("System", new EventChannels.Bookmark("<BookmarkList/>")).close();
    EventChannels.Reading reading = channels.fromOldest("System");
    try {
      return reading.next(64) + " " + reading.bookmark().isPresent();
    } finally {
      reading.close();
    }
  }

  private static Object service(Libraries windows) throws IOException {
    WindowsServiceManager manager = new WindowsServiceManager(windows);
    List<String> refused = manager.install(PLAN);
    if (manager.standing("WaybillGuard").state() == ServiceManager.State.ABSENT) {
      return refused;
    }
    manager.start("WaybillGuard");
    manager.stop("WaybillGuard");
    manager.uninstall("WaybillGuard");
    return refused;
  }

  private static String certified(WindowsTrust.Answer answer) {
    return answer.code() + ", " + answer.certificate();
  }

  private final Logger log = (Logger) LoggerFactory.getLogger(PACKAGE);
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.setLevel(Level.DEBUG);
    log.setAdditive(false);
    said.start();
    log.addAppender(said);
  }

  @AfterEach
  void stopListening() {
    log.detachAppender(said);
    log.setAdditive(true);
    log.setLevel(null);
  }

  private static Stream<Arguments> eachCallOfEachAdapter() throws Exception {
    List<Arguments> all = new ArrayList<>();
    for (Row row : rows()) {
      List<String> calls = calls(row);
      for (String function : new LinkedHashSet<>(calls)) {
        int times = WindowsByHand.canFail(function) ? Collections.frequency(calls, function) : 0;
        for (int time = 1; time <= times; time++) {
          all.add(Arguments.of(row, function, time, Failure.NO_RIGHT));
          all.add(Arguments.of(row, function, time, Failure.NO_ROOM));
        }
        if (times > 0) {
          all.add(Arguments.of(row, function, 1, Failure.NO_EXPORT));
        }
      }
    }
    return all.stream();
  }

  /** The calls of a use in which none fails. */
  private static List<String> calls(Row row) throws Exception {
    WindowsByHand windows = new WindowsByHand();
    row.use().of(windows);
    assertEquals(row.keeps(), windows.left(), row + " leaves open");
    assertEquals(List.of(), windows.wrong(), row.toString());
    return windows.calls();
  }

  @ParameterizedTest(name = "{0}: {1} number {2}, {3}")
  @MethodSource("eachCallOfEachAdapter")
  void aCallThatFailsIsSaidAndLeavesNothingOpen(Row row, String function, int time, Failure failure)
      throws Exception {
    WindowsByHand windows = new WindowsByHand(function, time, failure);
    String told;
    try {
      Object value = row.use().of(windows);
      told = row.isUnseen(function, value) ? "" : "the value " + value;
    } catch (IOException e) {
      told = names(failure, function, e) ? "" : e.toString();
    } catch (UnsatisfiedLinkError e) {
      told =
          failure == Failure.NO_EXPORT ? "" : e.toString(); // a sensor is blind then, and says so
    }
    // By then its thread has said what it has to say.
    List<String> left = function.equals(row.endsBy()) ? List.of() : windows.left();
    assertTrue(
        told.isEmpty() || isLogged(failure, function) || !windows.hasFailed(),
        () -> function + " failed, and nothing says so; log: " + said.list);
    assertEquals(List.of(), windows.wrong());
    assertTrue(left.isEmpty() || left.equals(row.keeps()), () -> "left open: " + left);
  }

  /** By the function's name and the system's number. */
  private static boolean names(Failure failure, String function, Throwable e) {
    return names(failure, function, String.valueOf(e.getMessage()));
  }

  private static boolean names(Failure failure, String function, String text) {
    return text.contains(
        failure == Failure.NO_EXPORT
            ? "Error looking up function '" + function + "'"
            : function + ", " + (text.contains("status 0x") ? failure.status() : failure.error()));
  }

  private boolean isLogged(Failure failure, String function) {
    return said.list.stream()
        .map(
            event ->
                event.getFormattedMessage()
                    + (event.getThrowableProxy() == null
                        ? ""
                        : event.getThrowableProxy().getClassName()
                            + event.getThrowableProxy().getMessage()))
        .anyMatch(line -> names(failure, function, line));
  }

  private static JavaClasses windows() {
    return new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .importPackages(PACKAGE);
  }

  private static String outermost(JavaClass type) {
    return type.getSimpleName().isEmpty() || type.getEnclosingClass().isPresent()
        ? outermost(type.getEnclosingClass().orElseThrow())
        : type.getSimpleName();
  }

  @Test
  void aProcessTellsItsWordsAndItsFolder() {
    CommandLines others = new CommandLines(new WindowsByHand());
    assertEquals("C:\\a.exe -x", others.of(7));
    assertEquals("D:\\面单\\", others.folder(7));
  }

  @Test
  void everyAdapterThatCallsWindowsIsInTheTable() {
    Set<String> loading = new TreeSet<>();
    for (JavaClass type : windows()) {
      for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
        if (call.getTargetOwner().isEquivalentTo(Libraries.class)) {
          loading.add(outermost(type));
        }
      }
    }
    Set<String> table = new TreeSet<>();
    rows().forEach(row -> table.add(row.type().getSimpleName()));
    assertEquals(loading, table);
  }

  @Test
  void everyFunctionThatIsCalledFailsInTheTable() throws Exception {
    Set<String> called = new TreeSet<>();
    for (JavaClass type : windows()) {
      for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
        if (call.getTargetOwner().isAssignableTo(Library.class)) {
          called.add(WindowsByHand.plain(call.getName()));
        }
      }
    }
    called.removeIf(function -> !WindowsByHand.canFail(function));
    Set<String> failing = new TreeSet<>();
    for (Row row : rows()) {
      failing.addAll(calls(row));
    }
    called.removeAll(failing);
    assertEquals(Set.of(), called);
  }
}
