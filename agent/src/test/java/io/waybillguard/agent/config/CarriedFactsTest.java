package io.waybillguard.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The facts that the program carries, and that a mistake in them is said and not passed over. */
final class CarriedFactsTest {
  private static final Path FOLDER = Path.of("..", "config", "indicators");
  private static final Summary CHINESE =
      new Summary(Locale.SIMPLIFIED_CHINESE, ZoneId.of("Asia/Shanghai"));
  private static final Summary ENGLISH = new Summary(Locale.ENGLISH, ZoneId.of("Asia/Shanghai"));
  private static final Set<String> DESTINATIONS = Set.of("schema", "sources", "destinations");
  private static final Set<String> CARRIERS = Set.of("schema", "sources", "carriers");

  private static List<UploadDestinations.Destination> destinations(String yaml) throws IOException {
    return UploadDestinations.read(
        DataFile.parse("d.yaml", yaml, "waybill-guard/upload-destinations/1", DESTINATIONS));
  }

  private static WaybillNumbers numbers(String yaml) throws IOException {
    return WaybillNumbers.read(
        DataFile.parse("w.yaml", yaml, "waybill-guard/waybill-numbers/1", CARRIERS));
  }

  private static String file(String name) throws IOException {
    return Files.readString(FOLDER.resolve(name));
  }

  private static String refused(String yaml, boolean areNumbers) {
    return String.valueOf(
        assertThrows(IOException.class, () -> read(yaml, areNumbers)).getMessage());
  }

  private static Object read(String yaml, boolean areNumbers) throws IOException {
    return areNumbers ? numbers(yaml) : destinations(yaml);
  }

  @Test
  void everyDestinationIsRead() throws Exception {
    List<UploadDestinations.Destination> all = destinations(file("upload-destinations.yaml"));
    assertEquals(91, all.size());
    UploadDestinations.Destination netdisk = all.get(0);
    assertEquals("baidu_netdisk", netdisk.id());
    assertTrue(netdisk.hosts().contains("pan.baidu.com"), netdisk::toString);
    assertTrue(netdisk.programs().contains("baidunetdisk"), netdisk::toString);
    assertEquals(9, find(all, "telegram").networks().size());
    assertTrue(find(all, "wechat").folders().contains("xwechat_files"));
  }

  private static UploadDestinations.Destination find(
      List<UploadDestinations.Destination> all, String id) {
    return all.stream().filter(d -> d.id().equals(id)).findFirst().orElseThrow();
  }

  @Test
  void everyCarrierHasItsFormsAndTheSoleDigitsAreKeptApart() throws Exception {
    WaybillNumbers all = numbers(file("waybill-numbers.yaml"));
    assertTrue(all.distinct().contains("SF[0-9A-Z]\\d{12}"));
    assertTrue(all.distinct().contains("77\\d{12,13}"));
    assertTrue(all.common().contains("\\d{12}"));
    assertEquals(44, all.distinct().size() + all.common().size());
  }

  @Test
  void everyWayThatProgramsComeByIsRead() throws Exception {
    List<ProgramOrigins.Family> all = origins(file("program-origins.yaml"));
    assertEquals(
        List.of("package", "remote", "browser", "chat", "archive"),
        all.stream().map(ProgramOrigins.Family::id).toList());
    assertTrue(all.get(0).under().contains("dpkg"));
    assertTrue(all.get(3).folders().contains("/xwechat_files/"));
    assertEquals(all, ProgramOrigins.carried());
    String good = file("program-origins.yaml");
    for (List<String> mistake :
        List.of(
            List.of("id: remote", "id: package", "package is there twice"),
            List.of("[openssh]", "[opensh]", "names the source opensh"),
            List.of("  under: [sftp", "  below: [sftp", "below is not known"))) {
      String bad = good.replace(mistake.get(0), mistake.get(1));
      String said =
          String.valueOf(assertThrows(IOException.class, () -> origins(bad)).getMessage());
      assertTrue(said.contains(mistake.get(2)), said);
    }
  }

  private static List<ProgramOrigins.Family> origins(String yaml) throws IOException {
    return ProgramOrigins.read(
        DataFile.parse("o.yaml", yaml, "waybill-guard/program-origins/1", ProgramOrigins.KEYS));
  }

  @Test
  void everyUnusualPlaceIsRead() throws Exception {
    Map<String, ProgramPlaces.Place> all = places(file("program-places.yaml"));
    assertEquals(all, ProgramPlaces.carried());
    assertTrue(at(all, "open_to_all").starts().contains("/dev/shm/"));
    assertTrue(at(all, "names").parts().contains("kworker*"));
    assertTrue(at(all, "users").starts().contains("/usr/local/"));
    String good = file("program-places.yaml");
    for (List<String> mistake :
        List.of(
            List.of("id: trash", "id: cache", "cache is there twice"),
            List.of("[xdg]", "[xgd]", "names the source xgd"),
            List.of("/dev/shm/", "/dev/shm", "/dev/shm should begin and end with a slash"))) {
      String bad = good.replace(mistake.get(0), mistake.get(1));
      String said = String.valueOf(assertThrows(IOException.class, () -> places(bad)).getMessage());
      assertTrue(said.contains(mistake.get(2)), said);
    }
  }

  private static ProgramPlaces.Place at(Map<String, ProgramPlaces.Place> all, String id) {
    return Objects.requireNonNull(all.get(id), id);
  }

  private static Map<String, ProgramPlaces.Place> places(String yaml) throws IOException {
    return ProgramPlaces.read(
        DataFile.parse("p.yaml", yaml, "waybill-guard/program-places/1", ProgramPlaces.KEYS));
  }

  @Test
  void aMistakeIsNamedWithItsPlace() throws Exception {
    String good = file("upload-destinations.yaml");
    for (List<String> mistake :
        List.of(
            List.of("  hosts: ['pan.", "  host: ['pan.", "destinations 1: host is not known"),
            List.of("- id: aliyun_drive", "- id: baidu_netdisk", "baidu_netdisk is there twice"),
            List.of("149.154.160.0/20", "149.154.160/20", "149.154.160/20 is no IPv4 network"),
            List.of("[v2fly, baidu-api", "[v3fly, baidu-api", "names the source v3fly"),
            List.of("destinations/1", "destinations/2", "destinations/2, not"),
            List.of("  name: 'Baidu Netdisk'", "  name: [", "is not valid YAML"))) {
      String bad = good.replace(mistake.get(0), mistake.get(1));
      assertTrue(!bad.equals(good), mistake.get(0));
      String said = refused(bad, false);
      assertTrue(said.contains(mistake.get(2)), said);
    }
  }

  @Test
  void aFormThatIsNoExpressionOrOfNoKnownAmbiguityIsRefused() throws Exception {
    String good = file("waybill-numbers.yaml");
    String open = refused(good.replace("'SF\\d{12}'", "'SF(\\d{12}'"), true);
    assertTrue(open.contains("sf: SF(\\d{12} is no regular expression"), open);
    String unclear = refused(good.replaceFirst("    ambiguity: low", "    ambiguity: some"), true);
    assertTrue(unclear.contains("sf: ambiguity should be low, medium or high, is some"), unclear);
  }

  @Test
  void theProgramFindsThemAmongItsOwnResources() throws Exception {
    assertEquals(91, UploadDestinations.carried().size());
    assertEquals(numbers(file("waybill-numbers.yaml")), WaybillNumbers.carried());
  }

  @Test
  void everyPointOfPersistenceIsReadAndAMistakeInOneIsNamed() throws Exception {
    List<PersistencePoints.Point> all = PersistencePoints.carried();
    assertEquals(17, all.stream().filter(p -> p.system().equals("linux")).count());
    assertEquals(38, all.stream().filter(p -> p.system().equals("windows")).count());
    assertEquals("systemd_units", all.get(0).id());
    String good = file("persistence-points.yaml");
    for (List<String> mistake :
        List.of(
            List.of("- id: cron", "- id: ssh", "ssh is there twice"),
            List.of("attack: T1053.003", "attack: cron", "cron is no ATT&CK technique"),
            List.of("system: windows", "system: dos", "dos is none of"),
            List.of("'HKLM\\SAM\\SAM", "'HKCR\\SAM\\SAM", "is no key of the registry"),
            List.of("/etc/anacrontab", "etc/anacrontab", "etc/anacrontab is no path"),
            List.of("/etc/systemd/user/**", "/etc/**/user", "/etc/**/user is no path"),
            List.of("source: [manual]", "source: [hearsay]", "names the source hearsay"))) {
      String bad = good.replace(mistake.get(0), mistake.get(1));
      assertTrue(!bad.equals(good), mistake.get(0));
      String said =
          String.valueOf(
              assertThrows(
                      IOException.class,
                      () ->
                          PersistencePoints.read(
                              DataFile.parse(
                                  "p.yaml",
                                  bad,
                                  "waybill-guard/persistence-points/1",
                                  Set.of("schema", "sources", "points"))))
                  .getMessage());
      assertTrue(said.contains(mistake.get(2)), said);
    }
  }

  @Test
  void eachPointOfPersistenceHasOneName() throws Exception {
    assertEquals(
        PersistencePoints.carried().stream().map(PersistencePoints.Point::id).sorted().toList(),
        Stream.concat(named("point."), named("setting.")).sorted().toList());
  }

  @Test
  void eachDestinationIsCalledAsTheFactsCallIt() throws Exception {
    DataFile facts =
        DataFile.parse(
            "d.yaml",
            file("upload-destinations.yaml"),
            "waybill-guard/upload-destinations/1",
            DESTINATIONS);
    Set<String> ids = new TreeSet<>();
    for (DataFile.Item item : facts.facts("destinations", UploadDestinations.KNOWN)) {
      String id = item.text("id");
      ids.add(id);
      assertEquals(item.text("name_zh"), CHINESE.destination(id));
      assertEquals(item.text("name"), ENGLISH.destination(id));
    }
    assertEquals(ids, named("destination.").collect(Collectors.toCollection(TreeSet::new)));
  }

  /** What has words in the sentences about records; both languages have the same. */
  private static Stream<String> named(String what) {
    return ResourceBundle.getBundle("io.waybillguard.agent.event.summary", Locale.ENGLISH)
        .keySet()
        .stream()
        .filter(key -> key.startsWith(what))
        .map(key -> key.substring(what.length()));
  }
}
