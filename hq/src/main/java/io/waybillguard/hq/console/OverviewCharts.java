package io.waybillguard.hq.console;

import io.waybillguard.hq.draw.DailyBars;
import io.waybillguard.hq.draw.Drawing;
import io.waybillguard.hq.store.Days;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.WatchedDays;
import java.util.ArrayList;
import java.util.List;

/** The two charts of the overview. */
final class OverviewCharts {
  /** OCSF severities from here on weigh heavily. */
  private static final int HIGH = 4;

  private static final int MEDIUM = 3;

  private OverviewCharts() {}

  static Drawing incidents(List<IncidentRows.OnDay> counted, long first, long last, Reader reader) {
    List<DailyBars.Bar> bars = new ArrayList<>();
    long most = 0;
    for (long day = first; day <= last; day++) {
      long high = sum(counted, day, HIGH, Integer.MAX_VALUE);
      long medium = sum(counted, day, MEDIUM, HIGH);
      long low = sum(counted, day, 0, MEDIUM);
      most = Math.max(most, high + medium + low);
      bars.add(
          new DailyBars.Bar(
              reader.say(
                  "chart.incidents.day", reader.day(Days.date(day)), high + medium + low, high),
              label(day, first, last, reader),
              List.of(high, medium, low)));
    }
    long top = most <= 4 ? 4 : (most + 3) / 4 * 4;
    return DailyBars.of(
        reader.say("chart.incidents"),
        bars,
        top,
        List.of("0", reader.count(top / 2), reader.count(top)),
        List.of("part-high", "part-medium", "part-low"));
  }

  private static long sum(List<IncidentRows.OnDay> counted, long day, int from, int to) {
    return counted.stream()
        .filter(each -> each.day() == day && each.severity() >= from && each.severity() < to)
        .mapToLong(IncidentRows.OnDay::incidents)
        .sum();
  }

  static Drawing coverage(List<WatchedDays.Day> days, Reader reader) {
    List<DailyBars.Bar> bars = new ArrayList<>();
    long first = days.get(0).day();
    long last = days.get(days.size() - 1).day();
    for (WatchedDays.Day each : days) {
      long all = Math.max(1, each.enrolled());
      long whole = 1000 * (each.watched() - each.blind()) / all;
      long part = 1000 * each.watched() / all - whole;
      bars.add(
          new DailyBars.Bar(
              reader.say(
                  "chart.coverage.day",
                  reader.day(Days.date(each.day())),
                  each.watched(),
                  each.enrolled(),
                  each.blind()),
              label(each.day(), first, last, reader),
              List.of(whole, part)));
    }
    return DailyBars.of(
        reader.say("chart.coverage"),
        bars,
        1000,
        List.of("0", "50%", "100%"),
        List.of("part-whole", "part-blind"));
  }

  private static String label(long day, long first, long last, Reader reader) {
    boolean named = day == first || day == last || (day - first == (last - first) / 2);
    return named ? reader.day(Days.date(day)) : "";
  }
}
