package io.waybillguard.agent.platform.windows;

import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.Advapi32;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import com.sun.jna.win32.StdCallLibrary;
import java.io.IOException;
import java.nio.file.Path;

/** Who may enter a folder. */
final class AccessLists {
  /**
   * Owner: Administrators. Full access for LocalSystem and Administrators and for nobody else, here
   * and below; nothing is inherited from above ({@code P}). Language: "Security Descriptor String
   * Format" of Microsoft's documentation.
   */
  static final String ADMINISTRATORS_ONLY = "O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

  // sddl.h, accctrl.h, winnt.h
  static final int SDDL_REVISION_1 = 1;
  static final int SE_FILE_OBJECT = 1;
  static final int OWNER_SECURITY_INFORMATION = 0x1;
  static final int DACL_SECURITY_INFORMATION = 0x4;
  static final int PROTECTED_DACL_SECURITY_INFORMATION = 0x80000000;

  /** The functions of advapi32 that jna-platform lacks, or has for structures only (sddl.h). */
  interface Descriptors extends StdCallLibrary {
    boolean ConvertStringSecurityDescriptorToSecurityDescriptor(
        String text, int revision, PointerByReference descriptor, IntByReference size);

    boolean GetSecurityDescriptorDacl(
        Pointer descriptor,
        IntByReference present,
        PointerByReference list,
        IntByReference byDefault);

    boolean GetSecurityDescriptorOwner(
        Pointer descriptor, PointerByReference owner, IntByReference byDefault);
  }

  private final Descriptors descriptors;
  private final Advapi32 advapi;
  private final KernelMore kernel;

  AccessLists(Libraries libraries) {
    descriptors = libraries.load("advapi32", Descriptors.class);
    advapi = libraries.load("advapi32", Advapi32.class);
    kernel = libraries.load("kernel32", KernelMore.class);
  }

  /**
   * All for LocalSystem, reading and writing for one account, nothing for anybody else.
   *
   * @param account its SID
   */
  static String pipeFor(String account) {
    return "D:P(A;;GA;;;SY)(A;;GRGW;;;" + account + ")";
  }

  /** An access list as the system keeps it, in memory of the system's. */
  final class Descriptor implements AutoCloseable {
    private final Pointer raw;

    private Descriptor(Pointer raw) {
      this.raw = raw;
    }

    Pointer raw() {
      return raw;
    }

    @Override
    public void close() {
      kernel.LocalFree(raw);
    }
  }

  /**
   * Has the system read an access list.
   *
   * @param what it is for
   */
  Descriptor written(String list, String what) throws IOException {
    PointerByReference descriptor = new PointerByReference();
    if (!descriptors.ConvertStringSecurityDescriptorToSecurityDescriptor(
        list, SDDL_REVISION_1, descriptor, new IntByReference())) {
      throw Win32.failure(
          "ConvertStringSecurityDescriptorToSecurityDescriptor",
          "cannot write an access list for " + what);
    }
    return new Descriptor(descriptor.getValue());
  }

  /**
   * Keeps a folder, and by inheritance what is in it, to the system and its administrators. What
   * somebody gave rights of its own in there keeps them.
   */
  void keepToAdministrators(Path folder) throws IOException {
    try (Descriptor descriptor = written(ADMINISTRATORS_ONLY, folder.toString())) {
      PointerByReference owner = new PointerByReference();
      PointerByReference list = new PointerByReference();
      if (!descriptors.GetSecurityDescriptorOwner(descriptor.raw(), owner, new IntByReference())) {
        throw Win32.failure(
            "GetSecurityDescriptorOwner", "cannot write an access list for " + folder);
      }
      if (!descriptors.GetSecurityDescriptorDacl(
          descriptor.raw(), new IntByReference(), list, new IntByReference())) {
        throw Win32.failure(
            "GetSecurityDescriptorDacl", "cannot write an access list for " + folder);
      }
      int error =
          advapi.SetNamedSecurityInfo(
              folder.toAbsolutePath().toString(),
              SE_FILE_OBJECT,
              OWNER_SECURITY_INFORMATION
                  | DACL_SECURITY_INFORMATION
                  | PROTECTED_DACL_SECURITY_INFORMATION,
              owner.getValue(),
              null,
              list.getValue(),
              null);
      if (error != Win32.ERROR_SUCCESS) {
        throw Win32.failure(
            "SetNamedSecurityInfo", "cannot keep " + folder + " to administrators", error);
      }
    }
  }
}
