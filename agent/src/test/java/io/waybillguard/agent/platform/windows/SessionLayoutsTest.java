package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What programs are started with in a person's session, against the headers. */
final class SessionLayoutsTest {
  private final Layouts headers = Layouts.ofHeaders();

  @Test
  void a_program_is_started_with_the_structures_of_processthreadsapi() {
    assertEquals(headers.size("STARTUPINFOW"), PersonsProgram.STARTUP_SIZE);
    assertEquals(headers.offset("STARTUPINFOW.lpDesktop"), PersonsProgram.STARTUP_DESKTOP);
    assertEquals(headers.size("PROCESS_INFORMATION"), PersonsProgram.INFORMATION_SIZE);
    assertEquals(0, headers.offset("PROCESS_INFORMATION.hProcess"));
    assertEquals(headers.offset("PROCESS_INFORMATION.hThread"), PersonsProgram.INFORMATION_THREAD);
    assertEquals(headers.offset("PROCESS_INFORMATION.dwProcessId"), PersonsProgram.INFORMATION_PID);
    assertEquals(
        headers.value("CREATE_UNICODE_ENVIRONMENT"), PersonsProgram.CREATE_UNICODE_ENVIRONMENT);
    assertEquals(headers.value("CREATE_NO_WINDOW"), PersonsProgram.CREATE_NO_WINDOW);
    assertEquals(headers.value("WAIT_TIMEOUT"), PersonsProgram.WAIT_TIMEOUT);
  }

  @Test
  void a_token_is_asked_for_by_the_numbers_of_winnt() {
    assertEquals(headers.value("TokenUser"), PersonsToken.TOKEN_USER);
    assertEquals(0, headers.offset("TOKEN_USER.User.Sid"));
    assertEquals(headers.value("TokenPrimary"), PersonsToken.TOKEN_PRIMARY);
    assertEquals(headers.value("SecurityIdentification"), PersonsToken.SECURITY_IDENTIFICATION);
    assertEquals(headers.value("MAXIMUM_ALLOWED"), PersonsToken.MAXIMUM_ALLOWED);
    assertEquals(headers.value("ERROR_PRIVILEGE_NOT_HELD"), PersonsToken.ERROR_PRIVILEGE_NOT_HELD);
  }

  @Test
  void a_pipe_is_made_as_winbase_says_and_for_one_account_only() {
    assertEquals(headers.size("SECURITY_ATTRIBUTES"), PrivatePipe.ATTRIBUTES_SIZE);
    assertEquals(
        headers.offset("SECURITY_ATTRIBUTES.lpSecurityDescriptor"),
        PrivatePipe.ATTRIBUTES_DESCRIPTOR);
    assertEquals(headers.value("PIPE_ACCESS_DUPLEX"), PrivatePipe.PIPE_ACCESS_DUPLEX);
    assertEquals(
        headers.value("FILE_FLAG_FIRST_PIPE_INSTANCE"), PrivatePipe.FILE_FLAG_FIRST_PIPE_INSTANCE);
    assertEquals(headers.value("PIPE_TYPE_BYTE"), PrivatePipe.PIPE_TYPE_BYTE);
    assertEquals(
        headers.value("PIPE_REJECT_REMOTE_CLIENTS"), PrivatePipe.PIPE_REJECT_REMOTE_CLIENTS);
    assertEquals(
        "D:P(A;;GA;;;SY)(A;;GRGW;;;S-1-5-21-1-2-3-1001)",
        AccessLists.pipeFor("S-1-5-21-1-2-3-1001"));
  }
}
