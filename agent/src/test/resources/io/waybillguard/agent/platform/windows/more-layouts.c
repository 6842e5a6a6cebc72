/*
 * Prints, from the mingw-w64 headers, sizes, offsets and values that the Windows adapters use. Lines have the form of
 * layouts.txt. To run it again on Debian:
 *   x86_64-w64-mingw32-gcc -o more-layouts.exe more-layouts.c && wine more-layouts.exe > more-layouts.txt
 */
#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <winioctl.h>
#include <accctrl.h>
#include <sddl.h>
#include <winternl.h>
#include <winevt.h>
#include <userenv.h>
#include <wincrypt.h>
#include <stddef.h>
#include <stdio.h>

#define SIZE(t) printf("%s size %zu\n", #t, sizeof(t))
#define OFFSET(t, f) printf("%s.%s offset %zu\n", #t, #f, offsetof(t, f))
#define VALUE(v) printf("%s value %lld\n", #v, (long long)(v))
#define CUT(v) printf("%s value %ld\n", #v, (long)(LONG)(v)) /* as 32 bits */

int main(void) {
  SIZE(QUERY_SERVICE_CONFIGW);
  OFFSET(QUERY_SERVICE_CONFIGW, lpBinaryPathName);
  SIZE(OSVERSIONINFOW);
  OFFSET(OSVERSIONINFOW, dwMajorVersion);
  OFFSET(OSVERSIONINFOW, dwMinorVersion);
  OFFSET(OSVERSIONINFOW, dwBuildNumber);
  SIZE(LUID_AND_ATTRIBUTES);
  OFFSET(LUID_AND_ATTRIBUTES, Attributes);
  VALUE(TokenPrivileges);
  VALUE(TokenElevation);
  VALUE(SDDL_REVISION_1);
  VALUE(SE_FILE_OBJECT);
  CUT(OWNER_SECURITY_INFORMATION);
  CUT(DACL_SECURITY_INFORMATION);
  CUT(PROTECTED_DACL_SECURITY_INFORMATION);
  VALUE(ERROR_SERVICE_SPECIFIC_ERROR);
  VALUE(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
  VALUE(ERROR_SERVICE_ALREADY_RUNNING);
  VALUE(ERROR_SERVICE_DOES_NOT_EXIST);
  VALUE(ERROR_SERVICE_NOT_ACTIVE);
  VALUE(ERROR_SERVICE_MARKED_FOR_DELETE);
  VALUE(ERROR_SERVICE_NEVER_STARTED);
  VALUE(ERROR_ACCESS_DENIED);
  VALUE(ERROR_INVALID_LEVEL);
  VALUE(ERROR_INSUFFICIENT_BUFFER);
  VALUE(ERROR_MORE_DATA);
  VALUE(ERROR_NO_MORE_ITEMS);
  VALUE(ERROR_NOT_FOUND);
  VALUE(ERROR_NOT_SUPPORTED);
  VALUE(ERROR_CALL_NOT_IMPLEMENTED);
  VALUE(DEVICE_NOTIFY_SERVICE_HANDLE);
  VALUE(DEVICE_NOTIFY_ALL_INTERFACE_CLASSES);
  VALUE(FILE_SHARE_READ);
  VALUE(FILE_SHARE_WRITE);
  VALUE(OPEN_EXISTING);
  VALUE(DRIVE_REMOVABLE);
  VALUE(DRIVE_FIXED);
  VALUE(DRIVE_CDROM);
  VALUE(FILE_READ_ONLY_VOLUME);
  VALUE(DDD_REMOVE_DEFINITION);
  SIZE(PROCESS_BASIC_INFORMATION);
  OFFSET(PROCESS_BASIC_INFORMATION, PebBaseAddress);
  OFFSET(PEB, ProcessParameters);
  OFFSET(RTL_USER_PROCESS_PARAMETERS, CommandLine);
  OFFSET(UNICODE_STRING, Length);
  OFFSET(UNICODE_STRING, Buffer);
  VALUE(ProcessBasicInformation);
  VALUE(PROCESS_QUERY_INFORMATION);
  VALUE(PROCESS_VM_READ);
  VALUE(EvtSubscribeToFutureEvents);
  VALUE(EvtSubscribeStartAtOldestRecord);
  VALUE(EvtSubscribeStartAfterBookmark);
  VALUE(EvtSubscribeStrict);
  VALUE(EvtRenderEventXml);
  VALUE(EvtRenderBookmark);
  SIZE(SECURITY_ATTRIBUTES);
  OFFSET(SECURITY_ATTRIBUTES, lpSecurityDescriptor);
  SIZE(STARTUPINFOW);
  OFFSET(STARTUPINFOW, lpDesktop);
  SIZE(PROCESS_INFORMATION);
  OFFSET(PROCESS_INFORMATION, hProcess);
  OFFSET(PROCESS_INFORMATION, hThread);
  OFFSET(PROCESS_INFORMATION, dwProcessId);
  OFFSET(TOKEN_USER, User.Sid);
  VALUE(TokenUser);
  VALUE(TokenPrimary);
  VALUE(SecurityIdentification);
  VALUE(MAXIMUM_ALLOWED);
  VALUE(PIPE_ACCESS_DUPLEX);
  VALUE(FILE_FLAG_FIRST_PIPE_INSTANCE);
  VALUE(PIPE_TYPE_BYTE);
  VALUE(PIPE_REJECT_REMOTE_CLIENTS);
  VALUE(CREATE_UNICODE_ENVIRONMENT);
  VALUE(CREATE_NO_WINDOW);
  VALUE(WAIT_TIMEOUT);
  VALUE(ERROR_PRIVILEGE_NOT_HELD);
  OFFSET(CERT_CONTEXT, pbCertEncoded);
  OFFSET(CERT_CONTEXT, cbCertEncoded);
  CUT(GENERIC_READ);
  VALUE(FILE_WRITE_DATA);
  VALUE(FILE_APPEND_DATA);
  return 0;
}
