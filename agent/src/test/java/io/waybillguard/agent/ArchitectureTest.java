package io.waybillguard.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The dependency table of docs/design.md. Each failure says what to do instead. */
final class ArchitectureTest {
  private static final String OURS = "io.waybillguard.agent.";

  private static final ArchRule eventKnowsNothing = knows("event");
  private static final ArchRule configKnowsNothing = knows("config");
  private static final ArchRule memoryKnowsNothing = knows("memory");
  private static final ArchRule policyKnows = knows("policy", "config", "event");
  private static final ArchRule runKnowsNothing = knows("run");
  private static final ArchRule platformKnowsNothing = only("platform", OURS + "platform");

  private static final ArchRule linuxKnowsItsPorts =
      only(
          "platform.linux..",
          OURS + "platform.linux..",
          OURS + "platform.shared..",
          OURS + "platform");

  private static final ArchRule windowsKnowsItsPorts =
      only(
          "platform.windows..",
          OURS + "platform.windows..",
          OURS + "platform.shared..",
          OURS + "platform");

  private static final ArchRule sharedKnowsItsPorts =
      only("platform.shared..", OURS + "platform.shared..", OURS + "platform");

  private static final ArchRule senseKnows =
      only("sense..", OURS + "sense..", OURS + "event", OURS + "platform");

  private static final ArchRule detectKnows = knows("detect", "event");
  private static final ArchRule evidenceKnows = knows("evidence", "event");

  private static final ArchRule deskKnows = knows("desk", "event", "platform", "run");

  private static final ArchRule pipelineKnows =
      knows("pipeline", "event", "sense", "detect", "evidence", "run");

  private static final ArchRule reportKnows = knows("report", "event", "evidence", "run");

  // HQ reads these too, so they may not know how an agent reports.
  private static final ArchRule wireKnows = knows("report.wire", "event", "evidence");

  private static final ArchRule sigmaKnowsNothing = knows("hunt.sigma");

  private static final ArchRule searchKnows = knows("hunt.search", "event", "hunt.sigma");

  private static final ArchRule disposeKnows =
      knows("dispose", "event", "evidence", "platform", "run");

  private static final ArchRule huntKnows = knows("hunt", "event", "evidence", "platform", "run");

  private static final ArchRule updateKnows =
      knows("update", "event", "evidence", "report.wire", "run");

  private static final ArchRule visitKnows = knows("visit", "event", "evidence", "run");

  private static final ArchRule notifyKnows =
      knows("notify", "event", "evidence", "platform", "run");

  // It runs in a program of its own, with a person's rights.
  private static final ArchRule noticeWindowKnows = knows("notify.window", "event", "notify");

  private static final ArchRule nobodyKnowsApp =
      noClasses()
          .that()
          .resideOutsideOfPackage(OURS + "app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(OURS + "app..")
          .because(
              "app wires the others together; pass what you need into the constructor instead");

  private static final ArchRule aSensorNeverKnowsAnotherSensor =
      slices()
          .matching(OURS + "sense.(*)..")
          .should()
          .notDependOnEachOther()
          .allowEmptyShould(true)
          .because("what two sensors both need belongs in a port of platform");

  private static final ArchRule noCycles =
      slices().matching("io.waybillguard.agent.(*)..").should().beFreeOfCycles();

  private static final ArchRule nativeCallsOnlyInPlatform =
      noClasses()
          .that()
          .resideOutsideOfPackage(OURS + "platform..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.sun.jna..", "oshi..")
          .because(
              "the OS is asked at the edge; add a method to a port in platform and implement it there");

  private static final ArchRule windowsIsCalledThroughItsLibraries =
      noClasses()
          .that()
          .resideInAPackage(OURS + "platform.windows..")
          .and()
          .haveNameNotMatching(".*\\.(Win32|Libraries.*)")
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "load a library",
                  (JavaMethodCall call) ->
                      call.getTargetOwner().getName().equals("com.sun.jna.Native")
                          && call.getName().equals("load")))
          .orShould()
          .accessFieldWhere(
              DescribedPredicate.describe(
                  "are one that is loaded",
                  (JavaFieldAccess access) -> access.getName().equals("INSTANCE")))
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching("com\\.sun\\.jna\\.platform\\..*Util")
          .because("FailingCallsTest lets each call fail; take the library from Libraries");

  private static final ArchRule sqlOnlyInEvidence =
      noClasses()
          .that()
          .resideOutsideOfPackage(OURS + "evidence..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..")
          .because("the log is the only store; ask EvidenceLog or LogReader for what you need");

  private static final ArchRule networkOnlyInReport =
      noClasses()
          .that()
          .resideOutsideOfPackage(OURS + "report..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "open connections",
                  (JavaClass c) ->
                      c.getPackageName().startsWith("java.net.http")
                          || c.getPackageName().startsWith("javax.net")
                          || List.of(
                                  "java.net.Socket",
                                  "java.net.ServerSocket",
                                  "java.net.URLConnection",
                                  "java.net.HttpURLConnection")
                              .contains(c.getName())))
          .orShould()
          .callMethod(java.net.URL.class, "openConnection")
          .orShould()
          .callMethod(java.net.URL.class, "openStream")
          .because("only report talks to the network; hand it what is to be sent through the log");

  private static final ArchRule clocksAreReadOnlyInAppAndRun =
      noClasses()
          .that()
          .resideOutsideOfPackages(OURS + "app..", OURS + "run..")
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(java.time.LocalDate.class, "now")
          .orShould()
          .callMethod(java.time.ZonedDateTime.class, "now")
          .orShould()
          .callMethod(java.time.Clock.class, "systemUTC")
          .orShould()
          .callMethod(java.time.Clock.class, "systemDefaultZone")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .because("time comes in as an argument or as an InstantSource, so that no test sleeps");

  private static final ArchRule threadsAreMadeOnlyInRun =
      noClasses()
          .that()
          .resideOutsideOfPackages(OURS + "run..", OURS + "platform.windows..")
          .should()
          .callConstructor(Thread.class)
          .orShould()
          .callConstructor(Thread.class, Runnable.class)
          .orShould()
          .callConstructor(Thread.class, Runnable.class, String.class)
          .orShould()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.util\\.concurrent\\.(Executors|ThreadPoolExecutor|ForkJoinPool|Timer)")
          .because("a duty has a step() and owns no thread; give it to the Supervisor");

  private static final ArchRule noMutableStatics =
      fields()
          .that()
          .haveModifier(JavaModifier.STATIC)
          .should()
          .haveModifier(JavaModifier.FINAL)
          .because("state belongs to an object that somebody owns");

  private static final ArchRule standardOutputOnlyInApp =
      noClasses()
          .that()
          .resideOutsideOfPackage(OURS + "app..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .because("only a command talks to a terminal; log with slf4j or return the text");

  private static final ArchRule noReflection =
      noClasses()
          .that()
          .resideOutsideOfPackages(OURS + "app..", OURS + "platform..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.lang.reflect..")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.ServiceLoader")
          .because("the wiring is by hand in app.Agent, where a reader can follow it");

  private static final ArchRule everyPackageSaysWhatMayBeNull =
      classes()
          .should()
          .resideInAPackage("io.waybillguard.agent..")
          .andShould(
              new com.tngtech.archunit.lang.ArchCondition<>(
                  "lie in a package that is @NullMarked") {
                @Override
                public void check(
                    JavaClass item, com.tngtech.archunit.lang.ConditionEvents events) {
                  boolean marked =
                      item.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked");
                  if (!marked) {
                    events.add(
                        com.tngtech.archunit.lang.SimpleConditionEvent.violated(
                            item,
                            item.getPackageName()
                                + " has no package-info.java with @NullMarked; add one that says what the package is for"));
                  }
                }
              });

  @TestFactory
  Stream<DynamicTest> everyLineOfCodeKnowsItsRoom() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.waybillguard.agent");
    return Stream.of(
            eventKnowsNothing,
            policyKnows,
            configKnowsNothing,
            memoryKnowsNothing,
            runKnowsNothing,
            platformKnowsNothing,
            linuxKnowsItsPorts,
            windowsKnowsItsPorts,
            sharedKnowsItsPorts,
            senseKnows,
            detectKnows,
            evidenceKnows,
            deskKnows,
            pipelineKnows,
            reportKnows,
            wireKnows,
            sigmaKnowsNothing,
            searchKnows,
            disposeKnows,
            huntKnows,
            updateKnows,
            visitKnows,
            notifyKnows,
            noticeWindowKnows,
            nobodyKnowsApp,
            aSensorNeverKnowsAnotherSensor,
            noCycles,
            nativeCallsOnlyInPlatform,
            windowsIsCalledThroughItsLibraries,
            sqlOnlyInEvidence,
            networkOnlyInReport,
            clocksAreReadOnlyInAppAndRun,
            threadsAreMadeOnlyInRun,
            noMutableStatics,
            standardOutputOnlyInApp,
            noReflection,
            everyPackageSaysWhatMayBeNull)
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(classes)));
  }

  private static ArchRule knows(String of, String... others) {
    List<String> allowed = new ArrayList<>();
    allowed.add(OURS + of + "..");
    for (String other : others) {
      allowed.add(OURS + other);
    }
    return only(of + "..", allowed.toArray(String[]::new));
  }

  /** What may be remembered is everybody's matter; that room itself knows nobody. */
  private static ArchRule only(String of, String... known) {
    String[] allowed = Arrays.copyOf(known, known.length + 1);
    allowed[known.length] = OURS + "memory";
    return noClasses()
        .that()
        .resideInAPackage(OURS + of)
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("io.waybillguard..")
                .and(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage(allowed))))
        .allowEmptyShould(true)
        .because(
            "the table in docs/design.md lets "
                + of
                + " know only "
                + String.join(", ", allowed)
                + "; hand the value over as an argument, or move the code to the room it belongs to");
  }
}
