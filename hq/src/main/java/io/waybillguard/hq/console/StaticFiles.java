package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.BiConsumer;

/** Style and scripts, from the program itself. Their addresses change with their content. */
public final class StaticFiles {
  /** Version of the htmx in the class path (org.webjars.npm:htmx.org). */
  private static final String HTMX = "2.0.10";

  private static final String CSS = "text/css; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  private StaticFiles() {}

  static void routes(BiConsumer<Route, Handler> routes) {
    byte[] style = read("static/console.css");
    byte[] script = read("static/console.js");
    byte[] htmx = read("/META-INF/resources/webjars/htmx.org/" + HTMX + "/dist/htmx.min.js");
    routes.accept(Route.STYLE, request -> answer(request, CSS, style));
    routes.accept(Route.SCRIPT, request -> answer(request, SCRIPT, script));
    routes.accept(Route.HTMX, request -> answer(request, SCRIPT, htmx));
  }

  private static void answer(Context request, String type, byte[] content) {
    request.header("Cache-Control", "public, max-age=3600").contentType(type).result(content);
  }

  private static byte[] read(String name) {
    try (InputStream in = StaticFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the program; install it again");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name + " from the program", e);
    }
  }
}
