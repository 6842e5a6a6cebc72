package io.waybillguard.agent.platform.windows;

import java.util.List;
import java.util.UUID;

/**
 * A provider of the kernel, and which of its events are asked for. A filter by process does nothing
 * for the kernel's providers, says the page of EVENT_FILTER_DESCRIPTOR, so there is none.
 *
 * @param session the name of the session that reads it, ours alone
 * @param provider its GUID
 * @param keywords bits of which an event has at least one
 * @param ids the events' numbers, in order; at most 64
 */
record TraceSource(String session, UUID provider, long keywords, List<Integer> ids) {
  /** Starts of processes: Microsoft-Windows-Kernel-Process, WINEVENT_KEYWORD_PROCESS. */
  static final TraceSource STARTS =
      new TraceSource(
          "WaybillGuard-Starts",
          UUID.fromString("22fb2cd6-0e7b-422b-a0c7-2fad1fd0e716"),
          0x10,
          List.of(ProcessStart.ID));

  /**
   * What is sent, and ends of TCP connections: Microsoft-Windows-Kernel-Network, keywords IPV4 and
   * IPV6. What is received is not asked for: on a desk that is most of what a network carries.
   */
  static final TraceSource SENT =
      new TraceSource(
          "WaybillGuard-Sent",
          UUID.fromString("7dd42a49-5329-4832-8dfd-43d979153a88"),
          0x30,
          NetworkEvent.IDS);

  TraceSource {
    ids = List.copyOf(ids);
  }

  /** Whether an event is one of those. Windows 7 knows no filter by number, so all come. */
  boolean has(TraceEvent.Head head) {
    return head.provider().equals(provider) && ids.contains(head.id());
  }
}
