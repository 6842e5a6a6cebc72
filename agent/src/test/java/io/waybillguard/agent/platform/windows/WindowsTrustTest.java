package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import io.waybillguard.agent.platform.SignatureTrust;
import io.waybillguard.agent.platform.SignatureTrust.Certificate;
import io.waybillguard.agent.platform.SignatureTrust.Standing;
import io.waybillguard.agent.platform.SignatureTrust.Verdict;
import io.waybillguard.agent.platform.shared.KernelFiles;
import io.waybillguard.agent.platform.windows.WindowsTrust.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whether Windows trusts who signed: what is made of its answers, and the answers themselves. */
final class WindowsTrustTest {
  private static final Path FILE = Path.of("a.exe");
  private static final Certificate SOMEBODY = new Certificate(new byte[] {1, 2});

  private final Layouts headers = Layouts.ofHeaders();

  /** Windows, of whose answers the test decides. */
  private record ByHand(int embedded, Optional<Answer> catalogue) implements WindowsTrust.Asker {
    @Override
    public Answer embedded(Path file) {
      return new Answer(embedded, SOMEBODY, "");
    }

    @Override
    public Optional<Answer> byCatalogue(Path file) {
      return catalogue;
    }
  }

  private static Verdict ask(int embedded, Optional<Answer> catalogue) {
    return WindowsTrust.asking(new ByHand(embedded, catalogue)).ask(FILE);
  }

  @Test
  void the_files_own_signature_is_asked_before_a_catalogue() {
    Answer other = new Answer(WindowsTrust.TRUSTED, SOMEBODY, "a.cat");
    assertEquals(
        new Verdict(Standing.TRUSTED, "", "", SOMEBODY),
        ask(WindowsTrust.TRUSTED, Optional.of(other)));
    assertEquals(
        new Verdict(Standing.TRUSTED, "", "a.cat", SOMEBODY),
        ask(WindowsTrust.TRUST_E_NOSIGNATURE, Optional.of(other)));
    assertEquals(
        new Verdict(Standing.UNSIGNED, "", "", Certificate.NOT_TOLD),
        ask(WindowsTrust.TRUST_E_SUBJECT_FORM_UNKNOWN, Optional.empty()));
  }

  @Test
  void each_refusal_is_told_with_its_number() {
    Map<Integer, Standing> refusals = new LinkedHashMap<>();
    refusals.put(WindowsTrust.CERT_E_EXPIRED, Standing.EXPIRED);
    refusals.put(WindowsTrust.CERT_E_REVOKED, Standing.REVOKED);
    refusals.put(WindowsTrust.TRUST_E_EXPLICIT_DISTRUST, Standing.DISTRUSTED);
    refusals.put(WindowsTrust.TRUST_E_SUBJECT_NOT_TRUSTED, Standing.DISTRUSTED);
    refusals.put(WindowsTrust.CERT_E_UNTRUSTEDROOT, Standing.UNTRUSTED);
    refusals.put(WindowsTrust.CERT_E_CHAINING, Standing.UNTRUSTED);
    refusals.put(0x80092026, Standing.UNKNOWN);
    refusals.forEach(
        (code, standing) -> {
          Verdict verdict = ask(code, Optional.empty());
          assertEquals(standing, verdict.standing());
          assertEquals(String.format("Windows says 0x%08x", code), verdict.detail());
        });
  }

  @Test
  void a_call_that_fails_or_is_missing_is_no_answer() {
    for (Throwable fails :
        new Throwable[] {new IOException("no"), new UnsatisfiedLinkError("no")}) {
      Verdict verdict =
          WindowsTrust.asking(
                  new WindowsTrust.Asker() {
                    @Override
                    public Answer embedded(Path file) throws IOException {
                      if (fails instanceof IOException io) {
                        throw io;
                      }
                      throw (UnsatisfiedLinkError) fails;
                    }

                    @Override
                    public Optional<Answer> byCatalogue(Path file) {
                      throw new AssertionError("asked on");
                    }
                  })
              .ask(FILE);
      assertEquals(new Verdict(Standing.UNKNOWN, "no", "", Certificate.NOT_TOLD), verdict);
    }
  }

  /** ERROR_SERVICE_NOT_ACTIVE: as when the service of the catalogues is stopped. */
  private static final int NOT_ACTIVE = 1062;

  private static Verdict unsignedWith(int error, String function) {
    WindowsByHand windows =
        new WindowsByHand()
            .answering("WinVerifyTrust", a -> WindowsTrust.TRUST_E_NOSIGNATURE)
            .answering(
                "CryptCATAdminEnumCatalogFromHash",
                a -> {
                  Native.setLastError(Win32.ERROR_NOT_FOUND);
                  return null;
                });
    if (!function.isEmpty()) {
      windows.answering(
          function,
          a -> {
            Native.setLastError(error);
            return function.endsWith("Hash") ? null : false;
          });
    }
    return WindowsTrust.asking(new WinTrust(windows)).ask(FILE);
  }

  @Test
  void catalogues_that_cannot_be_looked_through_are_not_called_empty() {
    assertEquals(Standing.UNSIGNED, unsignedWith(0, "").standing());
    for (String function :
        new String[] {
          "CryptCATAdminEnumCatalogFromHash",
          "CryptCATAdminAcquireContext2",
          "CryptCATAdminCalcHashFromFileHandle2",
          "CryptCATAdminAcquireContext"
        }) {
      Verdict verdict = unsignedWith(NOT_ACTIVE, function);
      assertEquals(Standing.UNKNOWN, verdict.standing(), function);
      assertTrue(verdict.detail().contains(function + ", error 1062"), verdict.detail());
    }
  }

  @Test
  void codes_are_those_of_winerror() {
    assertEquals(headers.value("TRUST_E_PROVIDER_UNKNOWN"), WindowsTrust.TRUST_E_PROVIDER_UNKNOWN);
    assertEquals(
        headers.value("TRUST_E_SUBJECT_FORM_UNKNOWN"), WindowsTrust.TRUST_E_SUBJECT_FORM_UNKNOWN);
    assertEquals(
        headers.value("TRUST_E_SUBJECT_NOT_TRUSTED"), WindowsTrust.TRUST_E_SUBJECT_NOT_TRUSTED);
    assertEquals(headers.value("TRUST_E_NOSIGNATURE"), WindowsTrust.TRUST_E_NOSIGNATURE);
    assertEquals(
        headers.value("TRUST_E_EXPLICIT_DISTRUST"), WindowsTrust.TRUST_E_EXPLICIT_DISTRUST);
    assertEquals(headers.value("CERT_E_EXPIRED"), WindowsTrust.CERT_E_EXPIRED);
    assertEquals(headers.value("CERT_E_UNTRUSTEDROOT"), WindowsTrust.CERT_E_UNTRUSTEDROOT);
    assertEquals(headers.value("CERT_E_CHAINING"), WindowsTrust.CERT_E_CHAINING);
    assertEquals(headers.value("CERT_E_REVOKED"), WindowsTrust.CERT_E_REVOKED);
  }

  @Test
  void a_catalogue_knows_a_member_by_its_hash_in_capitals() {
    assertEquals("00ABFF", WinTrustLayout.tag(new byte[] {0, (byte) 0xab, (byte) 0xff}));
  }

  @Test
  void structures_are_laid_out_as_wintrust_says() {
    assertEquals(
        "{" + WinTrustLayout.GENERIC_VERIFY + "}",
        headers.text("WINTRUST_ACTION_GENERIC_VERIFY_V2", "guid"));
    assertEquals(
        "{" + WinTrustLayout.DRIVER_VERIFY + "}", headers.text("DRIVER_ACTION_VERIFY", "guid"));
    Map<String, Integer> offsets = new LinkedHashMap<>();
    offsets.put("WINTRUST_DATA.dwUIChoice", WinTrustLayout.DATA_UI);
    offsets.put("WINTRUST_DATA.fdwRevocationChecks", WinTrustLayout.DATA_REVOCATION);
    offsets.put("WINTRUST_DATA.dwUnionChoice", WinTrustLayout.DATA_CHOICE);
    offsets.put("WINTRUST_DATA.pFile", WinTrustLayout.DATA_SUBJECT);
    offsets.put("WINTRUST_DATA.dwStateAction", WinTrustLayout.DATA_ACTION);
    offsets.put("WINTRUST_DATA.hWVTStateData", WinTrustLayout.DATA_STATE);
    offsets.put("WINTRUST_DATA.dwProvFlags", WinTrustLayout.DATA_FLAGS);
    offsets.put("WINTRUST_FILE_INFO.pcwszFilePath", WinTrustLayout.FILE_PATH);
    offsets.put("WINTRUST_FILE_INFO.hFile", WinTrustLayout.FILE_HANDLE);
    offsets.put("WINTRUST_CATALOG_INFO.pcwszCatalogFilePath", WinTrustLayout.CATALOG_PATH);
    offsets.put("WINTRUST_CATALOG_INFO.pcwszMemberTag", WinTrustLayout.CATALOG_TAG);
    offsets.put("WINTRUST_CATALOG_INFO.pcwszMemberFilePath", WinTrustLayout.CATALOG_MEMBER);
    offsets.put("WINTRUST_CATALOG_INFO.hMemberFile", WinTrustLayout.CATALOG_HANDLE);
    offsets.put("WINTRUST_CATALOG_INFO.pbCalculatedFileHash", WinTrustLayout.CATALOG_HASH);
    offsets.put("WINTRUST_CATALOG_INFO.cbCalculatedFileHash", WinTrustLayout.CATALOG_HASH_LENGTH);
    offsets.put("CATALOG_INFO.wszCatalogFile", WinTrustLayout.FOUND_PATH);
    offsets.put("CRYPT_PROVIDER_CERT.pCert", WinTrustLayout.PROVIDER_CERT);
    offsets.put("CERT_CONTEXT.pbCertEncoded", WinTrustLayout.CONTEXT_BYTES);
    offsets.put("CERT_CONTEXT.cbCertEncoded", WinTrustLayout.CONTEXT_LENGTH);
    offsets.forEach((field, ours) -> assertEquals(headers.offset(field), ours, field));
    assertEquals(headers.size("WINTRUST_DATA"), WinTrustLayout.DATA_SIZE);
    assertEquals(headers.size("WINTRUST_FILE_INFO"), WinTrustLayout.FILE_SIZE);
    assertEquals(headers.size("WINTRUST_CATALOG_INFO"), WinTrustLayout.CATALOG_SIZE);
    // hCatAdmin, which mingw-w64 has for Windows 8 and later, is the last field.
    assertEquals(WinTrustLayout.CATALOG_SIZE - 8, WinTrustLayout.CATALOG_ADMIN);
    assertEquals(WinTrustLayout.CATALOG_ADMIN, WinTrustLayout.CATALOG_SIZE_OF_7);
    assertEquals(headers.size("CATALOG_INFO"), WinTrustLayout.FOUND_SIZE);
    assertEquals(headers.value("WTD_UI_NONE"), WinTrustLayout.UI_NONE);
    assertEquals(headers.value("WTD_REVOKE_NONE"), WinTrustLayout.REVOKE_NONE);
    assertEquals(headers.value("WTD_CHOICE_FILE"), WinTrustLayout.CHOICE_FILE);
    assertEquals(headers.value("WTD_CHOICE_CATALOG"), WinTrustLayout.CHOICE_CATALOG);
    assertEquals(headers.value("WTD_STATEACTION_VERIFY"), WinTrustLayout.ACTION_VERIFY);
    assertEquals(headers.value("WTD_STATEACTION_CLOSE"), WinTrustLayout.ACTION_CLOSE);
    assertEquals(
        headers.value("WTD_CACHE_ONLY_URL_RETRIEVAL"), WinTrustLayout.CACHE_ONLY_URL_RETRIEVAL);
    assertEquals(headers.value("WTD_REVOCATION_CHECK_NONE"), WinTrustLayout.REVOCATION_CHECK_NONE);
    assertEquals(headers.value("GENERIC_READ"), WinTrustLayout.GENERIC_READ);
    assertEquals(headers.value("FILE_SHARE_READ"), WinTrustLayout.FILE_SHARE_READ);
    assertEquals(headers.value("OPEN_EXISTING"), KernelFiles.OPEN_EXISTING);
  }

  /**
   * Wine has no catalogues at all, and says so by an error that no search of Windows is known by.
   */
  private static void assertInNoCatalogue(Path file) throws IOException {
    WinTrust here = new WinTrust(Libraries.HERE);
    if (WindowsVersion.isWine()) {
      String told =
          String.valueOf(
              assertThrows(IOException.class, () -> here.byCatalogue(file)).getMessage());
      assertTrue(told.contains("CryptCATAdminEnumCatalogFromHash, error 2"), told);
    } else {
      assertEquals(Optional.empty(), here.byCatalogue(file));
    }
  }

  private static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java.exe");
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void the_signer_of_the_java_that_runs_is_told_with_its_certificate() throws Exception {
    Answer answer = new WinTrust(Libraries.HERE).embedded(java());
    assertEquals(WindowsTrust.TRUSTED, answer.code());
    X509Certificate by =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(answer.certificate().der()));
    assertTrue(by.getSubjectX500Principal().getName().contains("Eclipse"), by::toString);
    assertArrayEquals(by.getEncoded(), answer.certificate().der());
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void a_changed_one_is_refused_and_one_without_a_signature_is_in_no_catalogue(@TempDir Path here)
      throws Exception {
    byte[] bytes = Files.readAllBytes(java());
    bytes[0x400] ^= 1;
    Path changed = Files.write(here.resolve("改.exe"), bytes);
    assertEquals(
        headers.value("TRUST_E_BAD_DIGEST"), new WinTrust(Libraries.HERE).embedded(changed).code());
    Path plain = here.resolve("plain.exe");
    try (InputStream in = getClass().getResourceAsStream("/windows/plain.exe")) {
      Files.copy(Objects.requireNonNull(in), plain);
    }
    assertEquals(
        WindowsTrust.TRUST_E_NOSIGNATURE, new WinTrust(Libraries.HERE).embedded(plain).code());
    assertInNoCatalogue(plain);
    assertThrows(
        IOException.class, () -> new WinTrust(Libraries.HERE).embedded(here.resolve("none.exe")));
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void a_program_four_hundred_characters_deep_is_asked_about(@TempDir Path here) throws Exception {
    Path deep = here;
    while (deep.toString().length() < 400) {
      deep = Files.createDirectory(deep.resolve("一个名字很长的文件夹 with a long name"));
    }
    Path copy = Files.copy(java(), deep.resolve("上传.exe"));
    assertEquals(WindowsTrust.TRUSTED, new WinTrust(Libraries.HERE).embedded(copy).code());
    assertInNoCatalogue(copy);
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void wine_that_trusts_anybody_is_not_asked() {
    assumeTrue(WindowsVersion.isWine());
    assertSame(SignatureTrust.NONE, WindowsTrust.here());
  }
}
