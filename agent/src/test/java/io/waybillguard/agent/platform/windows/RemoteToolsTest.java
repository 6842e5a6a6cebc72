package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.RemoteSigns.Connection;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is pure of the look at remote-control tools: connections, names, structures, places. */
final class RemoteToolsTest {
  private static final ProcessFacts TUNNEL = new ProcessFacts(9, "C:\\frpc.exe", "desk", 1);
  private final Layouts headers = Layouts.ofHeaders();
  @TempDir private Path folder;

  private static TcpRow row(int state, String local, int port, String remote, int to, long pid)
      throws IOException {
    return new TcpRow(
        state, InetAddress.getByName(local), port, InetAddress.getByName(remote), to, pid, 7700);
  }

  private static TcpRow listening(int port, long pid) throws IOException {
    return row(TcpRow.LISTEN, "0.0.0.0", port, "0.0.0.0", 0, pid);
  }

  private static TcpRow established(String local, int port, String remote, int to, long pid)
      throws IOException {
    return row(TcpRow.ESTABLISHED, local, port, remote, to, pid);
  }

  @Test
  void a_connection_to_the_port_of_a_tool_is_told_with_its_true_peer() throws IOException {
    List<Connection> told =
        ToolConnections.of(
            List.of(listening(5900, 42), established("10.0.0.2", 5900, "203.0.113.7", 50_000, 42)),
            Set.of(42L),
            pid -> ProcessFacts.UNKNOWN);
    assertEquals(1, told.size());
    Connection one = told.get(0);
    assertEquals("203.0.113.7", one.peer().address());
    assertEquals(5900, one.here().port());
    assertEquals(List.of(42L), one.owners());
    assertEquals(List.of(42L), one.doors());
    assertEquals(7700, one.inode(), "the time at which it was made tells it from others");
    assertEquals(false, one.loopback());
  }

  @Test
  void what_a_tool_connects_to_itself_and_what_others_serve_is_no_way_in() throws IOException {
    List<TcpRow> rows =
        List.of(
            listening(5900, 42),
            established("10.0.0.2", 50_001, "203.0.113.9", 443, 42), // to its relay
            listening(445, 4),
            established("10.0.0.2", 445, "10.0.0.3", 50_002, 4));
    assertEquals(List.of(), ToolConnections.of(rows, Set.of(42L), pid -> ProcessFacts.UNKNOWN));
  }

  @Test
  void one_from_this_machine_names_who_holds_its_other_end() throws IOException {
    List<TcpRow> rows =
        List.of(
            listening(5900, 42),
            established("127.0.0.1", 5900, "127.0.0.1", 50_000, 42),
            established("127.0.0.1", 50_000, "127.0.0.1", 5900, 9));
    List<Connection> told =
        ToolConnections.of(rows, Set.of(42L), pid -> pid == 9 ? TUNNEL : ProcessFacts.UNKNOWN);
    assertEquals(TUNNEL, told.get(0).caller());
    assertTrue(told.get(0).loopback());
  }

  @Test
  void the_blocks_that_hold_a_command_line_are_those_of_the_headers() {
    assertEquals(headers.size("PROCESS_BASIC_INFORMATION"), CommandLines.BASIC_SIZE);
    assertEquals(
        headers.offset("PROCESS_BASIC_INFORMATION.PebBaseAddress"), CommandLines.BASIC_PEB);
    assertEquals(headers.offset("PEB.ProcessParameters"), CommandLines.PEB_PARAMETERS);
    assertEquals(
        headers.offset("RTL_USER_PROCESS_PARAMETERS.CommandLine"),
        CommandLines.PARAMETERS_COMMAND_LINE);
    assertEquals(0, headers.offset("UNICODE_STRING.Length"));
    assertEquals(headers.offset("UNICODE_STRING.Buffer"), CommandLines.UNICODE_STRING_BUFFER);
    assertEquals(headers.value("ProcessBasicInformation"), CommandLines.PROCESS_BASIC_INFORMATION);
    assertEquals(
        headers.value("PROCESS_QUERY_INFORMATION"), CommandLines.PROCESS_QUERY_INFORMATION);
    assertEquals(headers.value("PROCESS_VM_READ"), CommandLines.PROCESS_VM_READ);
  }

  @Test
  void the_places_of_logs_are_those_of_this_system() throws IOException {
    WindowsLogPlaces places =
        new WindowsLogPlaces(
            folder,
            Map.of(
                "ProgramData", "C:\\ProgramData", "ProgramFiles(x86)", "D:\\Program Files (x86)"));
    assertEquals("C:/ProgramData/AnyDesk/x*.txt", places.expanded("%ProgramData%/AnyDesk/x*.txt"));
    assertEquals("D:/Program Files (x86)/T/a", places.expanded("%ProgramFiles(x86)%/T/a"));
    assertEquals("%SystemRoot%/x", places.expanded("%SystemRoot%/x"), "no such file");
    assertEquals("~/AppData/x", places.expanded("~/AppData/x"));
    assertEquals(List.of(), places.profiles());
    Path person = Files.createDirectories(folder.resolve("Users/张三"));
    Files.writeString(folder.resolve("Users/desktop.ini"), "");
    assertEquals(List.of(person), places.profiles());
  }
}
