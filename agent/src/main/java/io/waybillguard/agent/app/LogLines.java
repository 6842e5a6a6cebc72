package io.waybillguard.agent.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import ch.qos.logback.core.util.FileSize;
import java.nio.charset.StandardCharsets;

/**
 * How operators' log lines are written: UTF-8, one line an event, rolled by day and by size, each
 * old file packed. Found by logback as a service. In code and not in logback's XML, whose readers
 * were a ninth of all classes that a start of the agent loads.
 *
 * <p>Where nobody asked for a file ({@link LogFiles}), logback is left to what else it finds.
 */
public final class LogLines extends ContextAwareBase implements Configurator {
  /**
   * A line break inside a message or a stack trace becomes a bar, so that one event stays one line.
   */
  private static final String LINE =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{0}"
          + " %replace(%msg){'[\\r\\n]+\\s*', ' | '}"
          + "%replace(%replace(%ex){'[\\r\\n]+$', ''}){'(^|[\\r\\n]+)\\s*(?=\\S)', ' | '}%nopex%n";

  private static final int DAYS_KEPT = 30;

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    String logs = System.getProperty(LogFiles.FOLDER);
    String name = System.getProperty(LogFiles.NAME);
    if (logs == null || name == null) {
      return ExecutionStatus.NEUTRAL;
    }
    // What logback says about itself would land between the lines of a command's output.
    context.getStatusManager().add(new NopStatusListener());
    write(context, logs + "/" + name);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * Sends all lines of a context to a file.
   *
   * @param file its path without the ending
   */
  static void write(LoggerContext context, String file) {
    PatternLayoutEncoder lines = new PatternLayoutEncoder();
    lines.setContext(context);
    lines.setCharset(StandardCharsets.UTF_8);
    lines.setPattern(LINE);
    lines.start();

    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling = new SizeAndTimeBasedRollingPolicy<>();
    appender.setContext(context);
    appender.setName("file");
    appender.setFile(file + ".log");
    appender.setEncoder(lines);
    appender.setRollingPolicy(rolling);
    rolling.setContext(context);
    rolling.setParent(appender);
    rolling.setFileNamePattern(file + "-%d{yyyy-MM-dd}.%i.log.gz");
    rolling.setMaxFileSize(FileSize.valueOf("10MB"));
    rolling.setMaxHistory(DAYS_KEPT);
    rolling.setTotalSizeCap(FileSize.valueOf("200MB"));
    rolling.start();
    appender.start();

    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(appender);
  }
}
