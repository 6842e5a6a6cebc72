package io.waybillguard.agent.platform.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Channels through {@code wevtapi} (winevt.h), pulled: no thread of the system's ever calls us. The
 * subscription's event object is never waited for, since who reads looks by itself every second.
 *
 * <p>Never to be used on Wine, which ends the process on some of these calls.
 */
final class WindowsEventChannels implements EventChannels {
  static final int FUTURE = 1; // EvtSubscribeToFutureEvents
  static final int OLDEST = 2; // EvtSubscribeStartAtOldestRecord
  static final int AFTER_BOOKMARK = 3; // EvtSubscribeStartAfterBookmark
  static final int STRICT = 0x10000; // EvtSubscribeStrict
  static final int RENDER_EVENT = 1; // EvtRenderEventXml
  static final int RENDER_BOOKMARK = 2; // EvtRenderBookmark

  private static final int ERROR_ACCESS_DENIED = 5;
  private static final int ERROR_INSUFFICIENT_BUFFER = 122;
  private static final int ERROR_NO_MORE_ITEMS = 259;
  private static final int ERROR_NOT_FOUND = 1168;
  private static final int ERROR_INVALID_OPERATION = 4317;
  private static final int ERROR_EVT_CHANNEL_NOT_FOUND = 15007;

  /** An event has at most 64 KiB in the log, and some more as XML. */
  private static final int LARGEST = 1 << 20;

  /** {@code wevtapi.dll}. */
  interface Api extends StdCallLibrary {
    @Nullable Pointer EvtSubscribe(
        @Nullable Pointer session,
        @Nullable Pointer signal,
        WString channel,
        @Nullable WString query,
        @Nullable Pointer bookmark,
        @Nullable Pointer context,
        @Nullable Pointer callback,
        int flags);

    boolean EvtNext(
        Pointer reading, int size, Memory events, int millis, int flags, IntByReference returned);

    boolean EvtRender(
        @Nullable Pointer context,
        Pointer what,
        int flags,
        int size,
        @Nullable Memory buffer,
        IntByReference used,
        IntByReference properties);

    @Nullable Pointer EvtCreateBookmark(@Nullable WString xml);

    boolean EvtUpdateBookmark(Pointer bookmark, Pointer event);

    boolean EvtClose(Pointer handle);
  }

  /** {@code kernel32.dll}, as far as it makes event objects. */
  interface Kernel extends StdCallLibrary {
    @Nullable Pointer CreateEventW(
        @Nullable Pointer security, boolean manual, boolean set, @Nullable WString name);

    boolean CloseHandle(Pointer handle);
  }

  private final Api api;
  private final Kernel kernel;

  WindowsEventChannels(Libraries libraries) {
    api = libraries.load("wevtapi", Api.class);
    kernel = libraries.load("kernel32", Kernel.class);
  }

  @Override
  public Reading after(String channel, Bookmark bookmark) throws IOException {
    Pointer mark = api.EvtCreateBookmark(new WString(bookmark.text()));
    if (mark == null) {
      throw new BookmarkLost(
          "the bookmark of " + channel + " is none: " + Win32.word("EvtCreateBookmark"));
    }
    boolean done = false;
    try {
      Reading reading = subscribed(channel, mark, AFTER_BOOKMARK | STRICT);
      done = true;
      return reading;
    } finally {
      if (!done) {
        api.EvtClose(mark);
      }
    }
  }

  @Override
  public Reading fromOldest(String channel) throws IOException {
    return subscribed(channel, null, OLDEST);
  }

  @Override
  public Reading fromNow(String channel) throws IOException {
    return subscribed(channel, null, FUTURE);
  }

  private Reading subscribed(String channel, @Nullable Pointer mark, int flags) throws IOException {
    Pointer signal = kernel.CreateEventW(null, true, true, null);
    if (signal == null) {
      throw Win32.failure("CreateEvent", "no event object is made for " + channel);
    }
    boolean done = false;
    try {
      Pointer reading =
          api.EvtSubscribe(null, signal, new WString(channel), null, mark, null, null, flags);
      if (reading == null) {
        throw refused(channel, Native.getLastError());
      }
      done = true;
      return new Subscription(channel, reading, signal, mark);
    } finally {
      if (!done) {
        kernel.CloseHandle(signal);
      }
    }
  }

  private static IOException refused(String channel, int error) {
    return switch (error) {
      case ERROR_NOT_FOUND -> new BookmarkLost(channel + " holds no more what was read last");
      case ERROR_EVT_CHANNEL_NOT_FOUND ->
          new IOException("this system has no event log " + channel);
      case ERROR_ACCESS_DENIED ->
          new IOException(
              "the event log "
                  + channel
                  + " may not be read: "
                  + Win32.word("EvtSubscribe", error)
                  + "; run the agent as a service");
      default ->
          Win32.failure("EvtSubscribe", "the event log " + channel + " cannot be read", error);
    };
  }

  private final class Subscription implements Reading {
    private final String channel;
    private final Pointer reading;
    private final Pointer signal;
    private @Nullable Pointer mark;
    private boolean marked;

    Subscription(String channel, Pointer reading, Pointer signal, @Nullable Pointer mark) {
      this.channel = channel;
      this.reading = reading;
      this.signal = signal;
      this.mark = mark;
      this.marked = mark != null;
    }

    @Override
    public List<String> next(int most) throws IOException {
      IntByReference returned = new IntByReference();
      try (Memory events = new Memory((long) most * Native.POINTER_SIZE)) {
        events.clear();
        if (!api.EvtNext(reading, most, events, 0, 0, returned)) {
          int error = Native.getLastError();
          // Of a subscription whose event object is not set, the second says the same as the first.
          if (error == ERROR_NO_MORE_ITEMS || error == ERROR_INVALID_OPERATION) {
            return List.of();
          }
          throw Win32.failure("EvtNext", "the event log " + channel + " gives no more", error);
        }
        return rendered(events, returned.getValue());
      }
    }

    private List<String> rendered(Memory events, int count) throws IOException {
      List<String> all = new ArrayList<>();
      IOException failed = null;
      for (int i = 0; i < count; i++) {
        Pointer event = events.getPointer((long) i * Native.POINTER_SIZE);
        try {
          if (failed == null) {
            all.add(xml(event, RENDER_EVENT));
            mark(event);
          }
        } catch (IOException e) {
          failed = e;
        } finally {
          api.EvtClose(event);
        }
      }
      if (failed != null) {
        throw failed;
      }
      return all;
    }

    private void mark(Pointer event) throws IOException {
      Pointer place = mark;
      if (place == null) {
        place = api.EvtCreateBookmark(null);
        mark = place;
      }
      if (place == null) {
        throw Win32.failure("EvtCreateBookmark", "no bookmark is kept of " + channel);
      }
      if (!api.EvtUpdateBookmark(place, event)) {
        throw Win32.failure("EvtUpdateBookmark", "no bookmark is kept of " + channel);
      }
      marked = true;
    }

    /** In characters of two bytes, with a zero at the end. */
    private String xml(Pointer what, int flags) throws IOException {
      IntByReference used = new IntByReference();
      IntByReference properties = new IntByReference();
      if (api.EvtRender(null, what, flags, 0, null, used, properties)
          || Native.getLastError() != ERROR_INSUFFICIENT_BUFFER
          || used.getValue() > LARGEST) {
        throw Win32.failure("EvtRender", "an event of " + channel + " cannot be read");
      }
      try (Memory buffer = new Memory(used.getValue())) {
        if (!api.EvtRender(null, what, flags, used.getValue(), buffer, used, properties)) {
          throw Win32.failure("EvtRender", "an event of " + channel + " cannot be read");
        }
        String text =
            new String(buffer.getByteArray(0, used.getValue()), StandardCharsets.UTF_16LE);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
      }
    }

    @Override
    public Optional<Bookmark> bookmark() throws IOException {
      Pointer place = mark;
      return place == null || !marked
          ? Optional.empty()
          : Optional.of(new Bookmark(xml(place, RENDER_BOOKMARK)));
    }

    @Override
    public void close() {
      Pointer place = mark;
      if (place != null) {
        api.EvtClose(place);
        mark = null;
      }
      api.EvtClose(reading);
      kernel.CloseHandle(signal);
    }
  }
}
