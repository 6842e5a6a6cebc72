package io.waybillguard.agent.platform.windows;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ETW through {@code advapi32} (evntrace.h, evntcons.h, evntprov.h), which has these calls in every
 * version. Administrators, LocalSystem and the members of Performance Log Users may begin sessions.
 * Except OpenTrace, each function returns its error.
 *
 * <p>Under Wine 8 a session can be begun and is none: OpenTrace refuses.
 */
final class EventTracing implements Tracing {
  private static final Logger LOG = LoggerFactory.getLogger(EventTracing.class);

  // EVENT_TRACE_LOGFILEW
  static final int LOGFILE_SIZE = 448;
  static final int LOGFILE_LOGGER_NAME = 8;
  static final int LOGFILE_MODE = 28;
  static final int LOGFILE_RECORD_CALLBACK = 424;

  // ENABLE_TRACE_PARAMETERS, EVENT_FILTER_DESCRIPTOR, EVENT_FILTER_EVENT_ID
  static final int PARAMETERS_SIZE = 48;
  static final int PARAMETERS_VERSION = 0;
  static final int PARAMETERS_FILTERS = 32;
  static final int PARAMETERS_FILTER_COUNT = 40;
  static final int FILTER_SIZE = 16;
  static final int FILTER_POINTER = 0;
  static final int FILTER_LENGTH = 8;
  static final int FILTER_TYPE = 12;
  static final int IDS_FILTER_IN = 0;
  static final int IDS_COUNT = 2;
  static final int IDS_FIRST = 4;

  static final int VERSION_2 = 2;
  static final int EVENT_FILTER_TYPE_EVENT_ID = 0x80000200;
  static final int CONTROL_QUERY = 0;
  static final int CONTROL_STOP = 1;
  static final int ENABLE_PROVIDER = 1;
  static final byte LEVEL_INFORMATION = 4;
  static final int PROCESS_TRACE_MODE_REAL_TIME = 0x100;
  static final int PROCESS_TRACE_MODE_EVENT_RECORD = 0x10000000;
  static final long INVALID_TRACE = -1;

  // winerror.h
  static final int ERROR_ALREADY_EXISTS = 183;
  static final int ERROR_CTX_CLOSE_PENDING = 7007;
  static final int ERROR_WMI_INSTANCE_NOT_FOUND = 4201;

  /** {@code advapi32.dll}, as far as it traces. */
  interface Api extends StdCallLibrary {
    int StartTraceW(LongByReference session, WString name, Memory properties);

    int ControlTraceW(long session, WString name, Memory properties, int control);

    int EnableTraceEx2(
        long session,
        Memory provider,
        int control,
        byte level,
        long any,
        long all,
        int timeout,
        @Nullable Memory parameters);

    long OpenTraceW(Memory logfile);

    int ProcessTrace(long[] traces, int count, @Nullable Pointer from, @Nullable Pointer to);

    int CloseTrace(long trace);
  }

  /**
   * PEVENT_RECORD_CALLBACK. Called by the thread that is in ProcessTrace. On x64 there is one way
   * to call.
   */
  interface RecordCallback extends Callback {
    void take(Pointer record);
  }

  /** What must not be freed while a trace is open. */
  private record Opened(Callback callback, Memory logfile, Memory name) {}

  private final Api api;
  private final boolean filtersById;
  private final Map<Long, Opened> opened = new ConcurrentHashMap<>();

  /**
   * @throws IOException if the system does not say which version it is: filters by number are known
   *     from Windows 8.1 on
   */
  EventTracing(Libraries libraries) throws IOException {
    api = libraries.load("advapi32", Api.class);
    filtersById = WindowsVersion.of(libraries).isAtLeast(6, 3);
  }

  @Override
  public long start(String name) throws IOException {
    LongByReference session = new LongByReference();
    try (Memory properties = NativeMemory.of(TraceProperties.fresh())) {
      int error = api.StartTraceW(session, new WString(name), properties);
      if (error == ERROR_ALREADY_EXISTS) {
        throw new AlreadyThere("there is a trace session " + name);
      }
      check("StartTrace", error, "cannot begin the trace session " + name);
    }
    return session.getValue();
  }

  @Override
  public void stop(String name) throws IOException {
    try (Memory properties = NativeMemory.of(TraceProperties.fresh())) {
      int error = api.ControlTraceW(0, new WString(name), properties, CONTROL_STOP);
      if (error != ERROR_WMI_INSTANCE_NOT_FOUND) { // else it is stopped
        check("ControlTrace", error, "cannot stop the trace session " + name);
      }
    }
  }

  @Override
  public void enable(long session, TraceSource source) throws IOException {
    try (Memory provider = NativeMemory.of(DeviceKey.bytes(source.provider()));
        Memory ids = NativeMemory.of(ids(source.ids()));
        Memory filter = new Memory(FILTER_SIZE);
        Memory parameters = new Memory(PARAMETERS_SIZE)) {
      filter.setLong(FILTER_POINTER, Pointer.nativeValue(ids));
      filter.setInt(FILTER_LENGTH, (int) ids.size());
      filter.setInt(FILTER_TYPE, EVENT_FILTER_TYPE_EVENT_ID);
      parameters.clear();
      parameters.setInt(PARAMETERS_VERSION, VERSION_2);
      parameters.setLong(PARAMETERS_FILTERS, Pointer.nativeValue(filter));
      parameters.setInt(PARAMETERS_FILTER_COUNT, 1);
      check(
          "EnableTraceEx2",
          api.EnableTraceEx2(
              session,
              provider,
              ENABLE_PROVIDER,
              LEVEL_INFORMATION,
              source.keywords(),
              0,
              0,
              filtersById ? parameters : null),
          "cannot have events written to the trace session " + source.session());
    }
  }

  /** EVENT_FILTER_EVENT_ID: those numbers and no others. */
  static byte[] ids(List<Integer> ids) {
    ByteBuffer filter =
        ByteBuffer.allocate(IDS_FIRST + Short.BYTES * ids.size()).order(ByteOrder.LITTLE_ENDIAN);
    filter.put(IDS_FILTER_IN, (byte) 1).putShort(IDS_COUNT, (short) ids.size()).position(IDS_FIRST);
    ids.forEach(id -> filter.putShort(id.shortValue()));
    return filter.array();
  }

  @Override
  public long open(String name, Consumer<TraceEvent> sink) throws IOException {
    RecordCallback callback = record -> take(record, sink);
    Memory wide = NativeMemory.of(name);
    Memory logfile = logfile(wide, callback);
    long trace = api.OpenTraceW(logfile);
    if (trace == INVALID_TRACE) {
      throw Win32.failure("OpenTrace", "cannot read the trace session " + name);
    }
    opened.put(trace, new Opened(callback, logfile, wide));
    return trace;
  }

  static Memory logfile(Memory name, RecordCallback callback) {
    Memory logfile = new Memory(LOGFILE_SIZE);
    logfile.clear();
    logfile.setPointer(LOGFILE_LOGGER_NAME, name);
    logfile.setInt(LOGFILE_MODE, PROCESS_TRACE_MODE_REAL_TIME | PROCESS_TRACE_MODE_EVENT_RECORD);
    logfile.setPointer(LOGFILE_RECORD_CALLBACK, CallbackReference.getFunctionPointer(callback));
    return logfile;
  }

  /** Nothing may leave a callback: the system would end the reading (998). */
  static void take(Pointer record, Consumer<TraceEvent> sink) {
    try {
      TraceEvent.Head head = TraceEvent.Head.of(record.getByteArray(0, TraceEvent.RECORD_SIZE));
      byte[] data =
          head.length() == 0
              ? new byte[0]
              : new Pointer(head.data()).getByteArray(0, head.length());
      sink.accept(new TraceEvent(head, data));
    } catch (RuntimeException e) {
      LOG.warn("an event of a trace was not taken: {}", e.toString());
    }
  }

  @Override
  public void process(long trace) throws IOException {
    try {
      check(
          "ProcessTrace",
          api.ProcessTrace(new long[] {trace}, 1, null, null),
          "a trace can be read no more");
    } finally {
      opened.remove(trace); // until now the system might call
    }
  }

  @Override
  public void close(long trace) {
    int error = api.CloseTrace(trace);
    if (error != Win32.ERROR_SUCCESS && error != ERROR_CTX_CLOSE_PENDING) {
      LOG.debug("trace={} is not closed: {}", trace, Win32.word("CloseTrace", error));
    }
  }

  @Override
  public Losses losses(String name) throws IOException {
    try (Memory properties = NativeMemory.of(TraceProperties.fresh())) {
      check(
          "ControlTrace",
          api.ControlTraceW(0, new WString(name), properties, CONTROL_QUERY),
          "the trace session " + name + " does not tell what it lost");
      return TraceProperties.losses(properties.getByteArray(0, TraceProperties.SIZE));
    }
  }

  private static void check(String call, int error, String what) throws IOException {
    if (error != Win32.ERROR_SUCCESS) {
      throw Win32.failure(call, what, error);
    }
  }
}
