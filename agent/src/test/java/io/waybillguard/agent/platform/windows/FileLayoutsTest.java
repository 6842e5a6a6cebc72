package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Sizes, offsets and values that we wrote down for files, processes, connections and the registry
 * against those that a C program printed from real headers: {@code windows/ORIGIN.md}.
 */
final class FileLayoutsTest {
  private static Map<String, Integer> ours() {
    Map<String, Integer> ours = new TreeMap<>();
    ours.put("PROCESSENTRY32W size", Toolhelp.SIZE);
    ours.put("PROCESSENTRY32W.th32ProcessID offset", Toolhelp.PID);
    ours.put("PROCESSENTRY32W.th32ParentProcessID offset", Toolhelp.PARENT);
    ours.put("PROCESSENTRY32W.szExeFile offset", Toolhelp.NAME);
    ours.put("USN_RECORD_V2.FileReferenceNumber offset", UsnRecord.Layout.V2.file);
    ours.put("USN_RECORD_V2.ParentFileReferenceNumber offset", UsnRecord.Layout.V2.parent);
    ours.put("USN_RECORD_V2.Usn offset", UsnRecord.Layout.V2.usn);
    ours.put("USN_RECORD_V2.Reason offset", UsnRecord.Layout.V2.reason);
    ours.put("USN_RECORD_V2.FileAttributes offset", UsnRecord.Layout.V2.attributes);
    ours.put("USN_RECORD_V2.FileNameLength offset", UsnRecord.Layout.V2.nameLength);
    ours.put("USN_RECORD_V2.FileNameOffset offset", UsnRecord.Layout.V2.nameOffset);
    ours.put("USN_RECORD_V2.FileName offset", UsnRecord.Layout.V2.name);
    ours.put("USN_RECORD_V3.FileReferenceNumber offset", UsnRecord.Layout.V3.file);
    ours.put("USN_RECORD_V3.ParentFileReferenceNumber offset", UsnRecord.Layout.V3.parent);
    ours.put("USN_RECORD_V3.Usn offset", UsnRecord.Layout.V3.usn);
    ours.put("USN_RECORD_V3.Reason offset", UsnRecord.Layout.V3.reason);
    ours.put("USN_RECORD_V3.FileAttributes offset", UsnRecord.Layout.V3.attributes);
    ours.put("USN_RECORD_V3.FileNameLength offset", UsnRecord.Layout.V3.nameLength);
    ours.put("USN_RECORD_V3.FileNameOffset offset", UsnRecord.Layout.V3.nameOffset);
    ours.put("USN_RECORD_V3.FileName offset", UsnRecord.Layout.V3.name);
    ours.put("USN_RECORD_V2.MajorVersion offset", UsnRecord.MAJOR_VERSION);
    ours.put("USN_REASON_DATA_OVERWRITE value", UsnRecord.REASON_DATA_OVERWRITE);
    ours.put("USN_REASON_DATA_EXTEND value", UsnRecord.REASON_DATA_EXTEND);
    ours.put("USN_REASON_DATA_TRUNCATION value", UsnRecord.REASON_DATA_TRUNCATION);
    ours.put("USN_REASON_NAMED_DATA_OVERWRITE value", UsnRecord.REASON_NAMED_DATA_OVERWRITE);
    ours.put("USN_REASON_NAMED_DATA_EXTEND value", UsnRecord.REASON_NAMED_DATA_EXTEND);
    ours.put("USN_REASON_NAMED_DATA_TRUNCATION value", UsnRecord.REASON_NAMED_DATA_TRUNCATION);
    ours.put("USN_REASON_FILE_CREATE value", UsnRecord.REASON_FILE_CREATE);
    ours.put("USN_REASON_RENAME_NEW_NAME value", UsnRecord.REASON_RENAME_NEW_NAME);
    ours.put("USN_REASON_HARD_LINK_CHANGE value", UsnRecord.REASON_HARD_LINK_CHANGE);
    ours.put("USN_REASON_STREAM_CHANGE value", UsnRecord.REASON_STREAM_CHANGE);
    ours.put("USN_REASON_CLOSE value", UsnRecord.REASON_CLOSE);
    ours.put("USN_JOURNAL_DATA_V0 size", NtfsVolume.JOURNAL_SIZE);
    ours.put("USN_JOURNAL_DATA_V0.UsnJournalID offset", NtfsVolume.JOURNAL_ID);
    ours.put("USN_JOURNAL_DATA_V0.FirstUsn offset", NtfsVolume.JOURNAL_FIRST);
    ours.put("USN_JOURNAL_DATA_V0.NextUsn offset", NtfsVolume.JOURNAL_NEXT);
    ours.put("READ_USN_JOURNAL_DATA_V0 size", NtfsVolume.READ_SIZE);
    ours.put("READ_USN_JOURNAL_DATA_V0.StartUsn offset", NtfsVolume.READ_START);
    ours.put("READ_USN_JOURNAL_DATA_V0.ReasonMask offset", NtfsVolume.READ_REASONS);
    ours.put("READ_USN_JOURNAL_DATA_V0.UsnJournalID offset", NtfsVolume.READ_JOURNAL);
    ours.put("FILE_ID_DESCRIPTOR size", NtfsVolume.ID_SIZE);
    ours.put("FILE_ID_DESCRIPTOR.Type offset", NtfsVolume.ID_TYPE);
    ours.put("FILE_ID_DESCRIPTOR.FileId offset", NtfsVolume.ID_VALUE);
    ours.put("FSCTL_QUERY_USN_JOURNAL value", NtfsVolume.FSCTL_QUERY_USN_JOURNAL);
    ours.put("FSCTL_READ_USN_JOURNAL value", NtfsVolume.FSCTL_READ_USN_JOURNAL);
    ours.put("MIB_TCPROW_OWNER_MODULE size", TcpRow.Layout.V4.size);
    ours.put("MIB_TCPROW_OWNER_MODULE.dwOwningPid offset", TcpRow.Layout.V4.pid);
    ours.put("MIB_TCPROW_OWNER_MODULE.liCreateTimestamp offset", TcpRow.Layout.V4.created);
    ours.put("MIB_TCP6ROW_OWNER_MODULE size", TcpRow.Layout.V6.size);
    ours.put("MIB_TCP6ROW_OWNER_MODULE.dwOwningPid offset", TcpRow.Layout.V6.pid);
    ours.put("MIB_TCP6ROW_OWNER_MODULE.liCreateTimestamp offset", TcpRow.Layout.V6.created);
    ours.put("MIB_TCPROW_OWNER_PID.dwState offset", TcpRow.Layout.V4.state);
    ours.put("MIB_TCPROW_OWNER_PID.dwLocalAddr offset", TcpRow.Layout.V4.local);
    ours.put("MIB_TCPROW_OWNER_PID.dwLocalPort offset", TcpRow.Layout.V4.localPort);
    ours.put("MIB_TCPROW_OWNER_PID.dwRemoteAddr offset", TcpRow.Layout.V4.remote);
    ours.put("MIB_TCPROW_OWNER_PID.dwRemotePort offset", TcpRow.Layout.V4.remotePort);
    ours.put("MIB_TCP6ROW_OWNER_PID.dwState offset", TcpRow.Layout.V6.state);
    ours.put("MIB_TCP6ROW_OWNER_PID.ucLocalAddr offset", TcpRow.Layout.V6.local);
    ours.put("MIB_TCP6ROW_OWNER_PID.dwLocalPort offset", TcpRow.Layout.V6.localPort);
    ours.put("MIB_TCP6ROW_OWNER_PID.ucRemoteAddr offset", TcpRow.Layout.V6.remote);
    ours.put("MIB_TCP6ROW_OWNER_PID.dwRemotePort offset", TcpRow.Layout.V6.remotePort);
    ours.put("MIB_TCPTABLE_OWNER_MODULE.table offset", TcpRow.Layout.TABLE);
    ours.put("MIB_TCP6TABLE_OWNER_MODULE.table offset", TcpRow.Layout.TABLE);
    ours.put("MIB_TCPROW size", TcpRow.ASKED_SIZE);
    ours.put("MIB_TCP6ROW size", TcpRow.ASKED_SIZE_6);
    ours.put("TCP_ESTATS_DATA_ROD_v0 size", IpHelper.COUNTS_SIZE);
    ours.put("TCP_ESTATS_DATA_ROD_v0.DataBytesOut offset", IpHelper.BYTES_OUT);
    ours.put("TCP_ESTATS_DATA_ROD_v0.DataBytesIn offset", IpHelper.BYTES_IN);
    ours.put("KEY_READ value", RegistryKeys.KEY_READ);
    ours.put("KEY_WOW64_64KEY value", RegistryKeys.KEY_WOW64_64KEY);
    ours.put("REG_NOTIFY_CHANGE_NAME value", RegistryKeys.REG_NOTIFY_CHANGE_NAME);
    ours.put("REG_NOTIFY_CHANGE_LAST_SET value", RegistryKeys.REG_NOTIFY_CHANGE_LAST_SET);
    return ours;
  }

  private static Map<String, Integer> theirs() throws IOException {
    Map<String, Integer> theirs = new TreeMap<>();
    try (InputStream in = FileLayoutsTest.class.getResourceAsStream("/windows/layouts-files.txt")) {
      String all = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      for (String line : all.split("\\R")) {
        String[] words = line.split(" ");
        theirs.put(words[0] + " " + words[1], Integer.parseUnsignedInt(words[2]));
      }
    }
    return theirs;
  }

  @Test
  void whatWeWroteDownIsWhatTheHeadersSay() throws IOException {
    assertEquals(theirs(), ours());
  }
}
