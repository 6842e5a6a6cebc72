package io.waybillguard.hq.console;

import io.waybillguard.hq.store.IncidentRows;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The table of incidents as its address asks for it.
 *
 * @param rows what is shown
 * @param filter what is asked for
 * @param pager which part of it
 */
public record IncidentsPage(List<IncidentRows.Row> rows, IncidentRows.Filter filter, Pager pager) {
  static final int A_PAGE = 50;

  public IncidentsPage {
    rows = List.copyOf(rows);
  }

  static IncidentRows.Filter filter(UnaryOperator<String> param) {
    String severity = param.apply("severity");
    return new IncidentRows.Filter(
        param.apply("state"),
        severity.matches("[1-5]") ? Integer.parseInt(severity) : 0,
        param.apply("outlet"),
        param.apply("workstation"),
        param.apply("q").strip(),
        param.apply("sort"));
  }

  static IncidentsPage of(IncidentRows incidents, IncidentRows.Filter filter, int page) {
    long all = incidents.count(filter);
    Pager pager = new Pager((int) Math.min(page, (all + A_PAGE - 1) / A_PAGE + 1), A_PAGE, all);
    return new IncidentsPage(incidents.list(filter, pager.skip(), A_PAGE), filter, pager);
  }

  /** What the address says besides the page, with another sort. */
  public String sortedBy(String sort) {
    return address(sort);
  }

  /** What the address says besides the page. */
  public String asked() {
    return address(filter.sort());
  }

  private String address(String sort) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("state", filter.state());
    fields.put("severity", filter.severity() > 0 ? String.valueOf(filter.severity()) : "");
    fields.put("outlet", filter.outlet());
    fields.put("workstation", filter.log());
    fields.put("q", filter.text());
    fields.put("sort", sort);
    return fields.entrySet().stream()
        .filter(each -> !each.getValue().isEmpty())
        .map(each -> each.getKey() + "=" + ActsPage.encoded(each.getValue()))
        .collect(Collectors.joining("&"));
  }

  /** For HQ's own log and for {@code aria-sort}. */
  public boolean isSortedBy(String sort) {
    return filter.sort().equals(sort);
  }
}
