package io.waybillguard.agent.platform.windows;

import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;

/** Structures and numbers of wintrust.h, softpub.h, mscat.h and wincrypt.h on x64. Pure. */
final class WinTrustLayout {
  /** WINTRUST_ACTION_GENERIC_VERIFY_V2: by the rules for programs (softpub.h). */
  static final UUID GENERIC_VERIFY = UUID.fromString("00aac56b-cd44-11d0-8cc2-00c04fc295ee");

  /** DRIVER_ACTION_VERIFY: whose catalogues hold Windows' own files (softpub.h). */
  static final UUID DRIVER_VERIFY = UUID.fromString("f750e6c3-38ee-11d1-85e5-00c04fc295ee");

  /** WINTRUST_DATA on x64, as Windows 7 knows it. */
  static final int DATA_SIZE = 80;

  static final int DATA_UI = 24;
  static final int DATA_REVOCATION = 28;
  static final int DATA_CHOICE = 32;
  static final int DATA_SUBJECT = 40;
  static final int DATA_ACTION = 48;
  static final int DATA_STATE = 56;
  static final int DATA_FLAGS = 72;

  static final int UI_NONE = 2;
  static final int REVOKE_NONE = 0;
  static final int CHOICE_FILE = 1;
  static final int CHOICE_CATALOG = 2;
  static final int ACTION_VERIFY = 1;
  static final int ACTION_CLOSE = 2;

  /** Without the first, "no revocation" still fetches missing certificates. */
  static final int CACHE_ONLY_URL_RETRIEVAL = 0x1000;

  static final int REVOCATION_CHECK_NONE = 0x10;

  /** WINTRUST_FILE_INFO. */
  static final int FILE_SIZE = 32;

  static final int FILE_PATH = 8;
  static final int FILE_HANDLE = 16;

  /** WINTRUST_CATALOG_INFO; Windows 7 has it without its last field. */
  static final int CATALOG_SIZE = 72;

  static final int CATALOG_SIZE_OF_7 = 64;
  static final int CATALOG_PATH = 8;
  static final int CATALOG_TAG = 16;
  static final int CATALOG_MEMBER = 24;
  static final int CATALOG_HANDLE = 32;
  static final int CATALOG_HASH = 40;
  static final int CATALOG_HASH_LENGTH = 48;
  static final int CATALOG_ADMIN = 64;

  /** CATALOG_INFO: its size, and a path. */
  static final int FOUND_SIZE = 524;

  static final int FOUND_PATH = 4;

  /** CRYPT_PROVIDER_CERT.pCert, and CERT_CONTEXT (wincrypt.h). */
  static final int PROVIDER_CERT = 8;

  static final int CONTEXT_BYTES = 8;
  static final int CONTEXT_LENGTH = 16;

  // winnt.h
  static final int GENERIC_READ = 0x80000000;
  static final int FILE_SHARE_READ = 1;

  private WinTrustLayout() {}

  /** By which a catalogue knows a member: its hash in upper-case hex. */
  static String tag(byte[] hash) {
    return HexFormat.of().formatHex(hash).toUpperCase(Locale.ROOT);
  }
}
