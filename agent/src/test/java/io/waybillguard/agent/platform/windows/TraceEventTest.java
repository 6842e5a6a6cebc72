package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.CallbackReference;
import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of events: where the headers say they are, and where the manifests say. */
final class TraceEventTest {
  private static final Instant MADE = Instant.parse("2026-11-28T04:05:06.1234567Z");
  private static final String IMAGE = "\\Device\\HarddiskVolume3\\面单\\上传.exe";

  @Test
  void whatWeWroteDownIsWhatTheHeadersSay() {
    Layouts headers = Layouts.ofHeaders();
    assertEquals(headers.size("EVENT_RECORD"), TraceEvent.RECORD_SIZE);
    int header = headers.offset("EVENT_RECORD.EventHeader");
    int descriptor = header + headers.offset("EVENT_HEADER.EventDescriptor");
    assertEquals(header + headers.offset("EVENT_HEADER.TimeStamp"), TraceEvent.TIME);
    assertEquals(header + headers.offset("EVENT_HEADER.ProviderId"), TraceEvent.PROVIDER);
    assertEquals(descriptor + headers.offset("EVENT_DESCRIPTOR.Id"), TraceEvent.ID);
    assertEquals(descriptor + headers.offset("EVENT_DESCRIPTOR.Version"), TraceEvent.VERSION);
    assertEquals(headers.offset("EVENT_RECORD.UserDataLength"), TraceEvent.DATA_LENGTH);
    assertEquals(headers.offset("EVENT_RECORD.UserData"), TraceEvent.DATA);

    String properties = "EVENT_TRACE_PROPERTIES";
    assertEquals(headers.size(properties), TraceProperties.SIZE);
    int node = headers.offset(properties + ".Wnode");
    assertEquals(
        node + headers.offset("WNODE_HEADER.BufferSize"), TraceProperties.WNODE_BUFFER_SIZE);
    assertEquals(
        node + headers.offset("WNODE_HEADER.ClientContext"), TraceProperties.WNODE_CLIENT_CONTEXT);
    assertEquals(node + headers.offset("WNODE_HEADER.Flags"), TraceProperties.WNODE_FLAGS);
    assertEquals(headers.offset(properties + ".BufferSize"), TraceProperties.BUFFER_SIZE);
    assertEquals(headers.offset(properties + ".LogFileMode"), TraceProperties.LOG_FILE_MODE);
    assertEquals(headers.offset(properties + ".FlushTimer"), TraceProperties.FLUSH_TIMER);
    assertEquals(headers.offset(properties + ".EventsLost"), TraceProperties.EVENTS_LOST);
    assertEquals(
        headers.offset(properties + ".RealTimeBuffersLost"),
        TraceProperties.REAL_TIME_BUFFERS_LOST);
    assertEquals(
        headers.offset(properties + ".LogFileNameOffset"), TraceProperties.LOG_FILE_NAME_OFFSET);
    assertEquals(
        headers.offset(properties + ".LoggerNameOffset"), TraceProperties.LOGGER_NAME_OFFSET);
    assertEquals(headers.value("WNODE_FLAG_TRACED_GUID"), TraceProperties.WNODE_FLAG_TRACED_GUID);
    assertEquals(
        headers.value("EVENT_TRACE_REAL_TIME_MODE"), TraceProperties.EVENT_TRACE_REAL_TIME_MODE);
  }

  @Test
  void whatWeWroteDownForTheCallsIsWhatTheHeadersSay() {
    Layouts headers = Layouts.ofHeaders();
    String file = "EVENT_TRACE_LOGFILEW";
    assertEquals(headers.size(file), EventTracing.LOGFILE_SIZE);
    assertEquals(headers.offset(file + ".LoggerName"), EventTracing.LOGFILE_LOGGER_NAME);
    assertEquals(headers.offset(file + ".ProcessTraceMode"), EventTracing.LOGFILE_MODE);
    assertEquals(
        headers.offset(file + ".EventRecordCallback"), EventTracing.LOGFILE_RECORD_CALLBACK);
    String parameters = "ENABLE_TRACE_PARAMETERS";
    assertEquals(headers.size(parameters), EventTracing.PARAMETERS_SIZE);
    assertEquals(headers.offset(parameters + ".Version"), EventTracing.PARAMETERS_VERSION);
    assertEquals(headers.offset(parameters + ".EnableFilterDesc"), EventTracing.PARAMETERS_FILTERS);
    assertEquals(
        headers.offset(parameters + ".FilterDescCount"), EventTracing.PARAMETERS_FILTER_COUNT);
    String filter = "EVENT_FILTER_DESCRIPTOR";
    assertEquals(headers.size(filter), EventTracing.FILTER_SIZE);
    assertEquals(headers.offset(filter + ".Ptr"), EventTracing.FILTER_POINTER);
    assertEquals(headers.offset(filter + ".Size"), EventTracing.FILTER_LENGTH);
    assertEquals(headers.offset(filter + ".Type"), EventTracing.FILTER_TYPE);
    assertEquals(headers.offset("EVENT_FILTER_EVENT_ID.FilterIn"), EventTracing.IDS_FILTER_IN);
    assertEquals(headers.offset("EVENT_FILTER_EVENT_ID.Count"), EventTracing.IDS_COUNT);
    assertEquals(headers.offset("EVENT_FILTER_EVENT_ID.Events"), EventTracing.IDS_FIRST);
    assertEquals(headers.value("ENABLE_TRACE_PARAMETERS_VERSION_2"), EventTracing.VERSION_2);
    assertEquals(
        headers.value("EVENT_FILTER_TYPE_EVENT_ID"), EventTracing.EVENT_FILTER_TYPE_EVENT_ID);
    assertEquals(headers.value("EVENT_TRACE_CONTROL_QUERY"), EventTracing.CONTROL_QUERY);
    assertEquals(headers.value("EVENT_TRACE_CONTROL_STOP"), EventTracing.CONTROL_STOP);
    assertEquals(headers.value("EVENT_CONTROL_CODE_ENABLE_PROVIDER"), EventTracing.ENABLE_PROVIDER);
    assertEquals(headers.value("TRACE_LEVEL_INFORMATION"), EventTracing.LEVEL_INFORMATION);
    assertEquals(
        headers.value("PROCESS_TRACE_MODE_REAL_TIME"), EventTracing.PROCESS_TRACE_MODE_REAL_TIME);
    assertEquals(
        headers.value("PROCESS_TRACE_MODE_EVENT_RECORD"),
        EventTracing.PROCESS_TRACE_MODE_EVENT_RECORD);
    assertEquals(headers.value("ERROR_ALREADY_EXISTS"), EventTracing.ERROR_ALREADY_EXISTS);
    assertEquals(headers.value("ERROR_CTX_CLOSE_PENDING"), EventTracing.ERROR_CTX_CLOSE_PENDING);
    assertEquals(
        headers.value("ERROR_WMI_INSTANCE_NOT_FOUND"), EventTracing.ERROR_WMI_INSTANCE_NOT_FOUND);
    assertArrayEquals(new byte[] {1, 0, 2, 0, 10, 0, 26, 0}, EventTracing.ids(List.of(10, 26)));
  }

  /** Called as the system calls: by its address, with a record in native memory. */
  @Test
  void theCallbackCopiesARecordAndNothingLeavesIt() {
    List<TraceEvent> taken = new ArrayList<>();
    EventTracing.RecordCallback callback = record -> EventTracing.take(record, taken::add);
    UUID provider = TraceSource.STARTS.provider();
    try (Memory record = new Memory(TraceEvent.RECORD_SIZE);
        Memory data = new Memory(3)) {
      record.clear();
      data.write(0, new byte[] {7, 8, 9}, 0, 3);
      record.write(TraceEvent.PROVIDER, DeviceKey.bytes(provider), 0, 16);
      record.setShort(TraceEvent.ID, (short) 0xfffe);
      record.setByte(TraceEvent.VERSION, (byte) 3);
      record.setLong(TraceEvent.TIME, 134_087_043_061_234_567L);
      record.setShort(TraceEvent.DATA_LENGTH, (short) 3);
      record.setPointer(TraceEvent.DATA, data);
      Function called = Function.getFunction(CallbackReference.getFunctionPointer(callback));
      called.invokeVoid(new Object[] {record});
      data.clear();
      TraceEvent.Head head = taken.get(0).head();
      assertEquals(provider, head.provider());
      assertEquals(0xfffe, head.id());
      assertEquals(3, head.version());
      assertEquals(FileTime.instant(134_087_043_061_234_567L), Optional.of(head.at()));
      assertArrayEquals(new byte[] {7, 8, 9}, taken.get(0).data());
      EventTracing.take(
          record,
          event -> {
            throw new IllegalStateException("a sink that fails");
          });
    }
    assertEquals(1, taken.size());
  }

  @Test
  void theFileToBeReadNamesTheSessionAndTheCallback() {
    EventTracing.RecordCallback callback = record -> {};
    try (Memory name = new Memory(8);
        Memory file = EventTracing.logfile(name, callback)) {
      assertEquals(name, file.getPointer(EventTracing.LOGFILE_LOGGER_NAME));
      assertEquals(
          CallbackReference.getFunctionPointer(callback),
          file.getPointer(EventTracing.LOGFILE_RECORD_CALLBACK));
      assertEquals(0x10000100, file.getInt(EventTracing.LOGFILE_MODE));
      assertEquals(Pointer.NULL, file.getPointer(0), "no file");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 9})
  void aStartIsReadInEachVersionAndALaterOne(int version) {
    assertEquals(
        Optional.of(new ProcessStart(0xfffffffeL, MADE, 4_711, 1, IMAGE)),
        ProcessStart.of(TraceEvents.start(version, 0xfffffffeL, 4_711, MADE, IMAGE)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 5})
  void aStartThatIsCutIsNone(int version) {
    TraceEvent whole = TraceEvents.start(version, 42, 4_711, MADE, IMAGE);
    int image = indexOf(whole.data(), 'e', 0, 0, 0); // the last letter, and the zero after it
    for (int length = 0; length < image + 4; length++) {
      TraceEvent cut =
          TraceEvents.event(TraceSource.STARTS, 1, version, Arrays.copyOf(whole.data(), length));
      assertEquals(Optional.empty(), ProcessStart.of(cut), "of " + length + " bytes");
    }
    assertTrue(
        ProcessStart.of(
                TraceEvents.event(
                    TraceSource.STARTS, 1, version, Arrays.copyOf(whole.data(), image + 4)))
            .isPresent());
  }

  private static int indexOf(byte[] data, int... pattern) {
    for (int at = data.length - pattern.length; at >= 0; at--) {
      int offset = at;
      if (IntStream.range(0, pattern.length).allMatch(i -> data[offset + i] == pattern[i])) {
        return at;
      }
    }
    throw new IllegalArgumentException("not there");
  }

  @Test
  void anyBytesAreAnEventOrNone() {
    Random random = new Random(5);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] data = new byte[random.nextInt(120)];
      random.nextBytes(data);
      TraceEvent start = TraceEvents.event(TraceSource.STARTS, 1, random.nextInt(7), data);
      int id = NetworkEvent.IDS.get(random.nextInt(NetworkEvent.IDS.size()));
      read += ProcessStart.of(start).isPresent() ? 1 : 0;
      read += NetworkEvent.of(TraceEvents.event(TraceSource.SENT, id, 0, data)).isPresent() ? 1 : 0;
    }
    assertTrue(read > 5_000, "only " + read + " were read");
  }

  @Test
  void whatIsSentIsReadInBothFamiliesWithPortsInTheOrderOfTheNetwork() throws Exception {
    assertEquals(
        Optional.of(
            new NetworkEvent(
                NetworkEvent.Kind.TCP_SENT,
                42,
                4_000_000_000L,
                InetAddress.getByName("203.0.113.7"),
                443,
                InetAddress.getByName("10.0.0.2"),
                50_000)),
        NetworkEvent.of(
            TraceEvents.network(10, 42, 4_000_000_000L, "203.0.113.7", 443, "10.0.0.2", 50_000)));
    NetworkEvent six =
        NetworkEvent.of(TraceEvents.network(58, 42, 9, "2001:db8::7", 443, "2001:db8::1", 50_001))
            .orElseThrow();
    assertEquals(NetworkEvent.Kind.UDP_SENT, six.kind());
    assertEquals(InetAddress.getByName("2001:db8::7"), six.remote());
    assertEquals(50_001, six.localPort());
    assertEquals(
        Optional.empty(), NetworkEvent.of(TraceEvents.network(11, 1, 1, "::", 1, "::", 1)));
    assertEquals(
        Optional.empty(),
        NetworkEvent.of(TraceEvents.event(TraceSource.SENT, 26, 0, new byte[43])),
        "one byte short of the ports");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "10.0.0.2", "0.0.0.0", "239.255.255.250", "255.255.255.255"})
  void whatStaysHereOrGoesToAllIsKnown(String remote) {
    NetworkEvent event =
        NetworkEvent.of(TraceEvents.network(42, 1, 1, remote, 1, "10.0.0.2", 1)).orElseThrow();
    assertTrue(event.staysHere());
    assertFalse(
        NetworkEvent.of(TraceEvents.network(42, 1, 1, "10.0.0.3", 1, "10.0.0.2", 1))
            .orElseThrow()
            .staysHere());
  }

  @Test
  void theKernelsNamesBecomePathsAsPeopleWriteThem() {
    List<String> asked = new ArrayList<>();
    DevicePaths paths =
        new DevicePaths(
            drive -> {
              asked.add(drive);
              return drive.equals("C:") ? "\\Device\\HarddiskVolume3" : "";
            },
            "C:\\Windows");
    assertEquals("C:\\面单\\a.exe", paths.plain("\\Device\\HarddiskVolume3\\面单\\a.exe"));
    assertEquals("C:\\a.exe", paths.plain("\\device\\harddiskvolume3\\a.exe"));
    assertEquals(26, asked.size(), "asked once");
    assertEquals("\\Device\\HarddiskVolume33\\a", paths.plain("\\Device\\HarddiskVolume33\\a"));
    assertEquals("C:\\Windows\\x.exe", paths.plain("\\SystemRoot\\x.exe"));
    assertEquals("E:\\x.exe", paths.plain("\\??\\E:\\x.exe"));
    assertEquals("\\\\nas\\share\\x.exe", paths.plain("\\Device\\Mup\\nas\\share\\x.exe"));
    assertEquals(
        "\\\\nas\\share\\x.exe",
        paths.plain("\\Device\\LanmanRedirector\\;Z:00000000000412f3\\nas\\share\\x.exe"));
    assertEquals("", paths.plain(""));
    assertEquals("x.exe", DevicePaths.name("\\\\nas\\share\\x.exe"));
    assertEquals("", DevicePaths.name(""));
  }
}
