package io.waybillguard.hq.console;

import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import com.openhtmltopdf.util.XRLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jsoup.Jsoup;
import org.jsoup.helper.W3CDom;
import org.jsoup.nodes.Document;

/**
 * The report that lies in a bundle, as a page or as PDF. The PDF says what the page says, without
 * the drawing; its letters are in it, so that it reads the same on every machine.
 */
final class BundleReport {
  private static final int MOST_BYTES = 64 << 20;
  private static final String FONT = "DroidSansFallbackFull.ttf";

  private BundleReport() {}

  /** The page in a language. */
  static byte[] html(Path bundle, String language) throws IOException {
    String name = language.startsWith("zh") ? "data/view/报告.html" : "data/view/report.html";
    try (ZipFile zip = new ZipFile(bundle.toFile(), StandardCharsets.UTF_8)) {
      ZipEntry page =
          zip.stream()
              .filter(entry -> entry.getName().endsWith(name))
              .findFirst()
              .orElseThrow(() -> new IOException(bundle + " holds no " + name));
      try (InputStream in = zip.getInputStream(page)) {
        return in.readNBytes(MOST_BYTES);
      }
    }
  }

  /** The page as PDF. */
  static byte[] pdf(byte[] page) throws IOException {
    Document html = Jsoup.parse(new String(page, StandardCharsets.UTF_8));
    html.select("style, svg, meta").remove();
    html.head().appendElement("style").appendText(read("report-pdf.css"));
    // It would tell every step of its work on standard error; what fails is thrown.
    XRLog.setLoggingEnabled(false);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PdfRendererBuilder builder = new PdfRendererBuilder();
    // Nothing is loaded from anywhere: the page refers to nothing, and should one do so all the
    // same, there is nobody who would fetch it.
    builder.useUriResolver((base, uri) -> null);
    builder.useFont(() -> open(FONT), "CJK");
    builder.withW3cDocument(new W3CDom().fromJsoup(html), "about:blank");
    builder.toStream(out);
    builder.run();
    return out.toByteArray();
  }

  private static String read(String name) throws IOException {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static InputStream open(String name) {
    InputStream in = BundleReport.class.getResourceAsStream("report/" + name);
    if (in == null) {
      throw new IllegalStateException(name + " is missing from the program; install it again");
    }
    return in;
  }
}
