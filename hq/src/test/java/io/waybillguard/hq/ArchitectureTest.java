package io.waybillguard.hq;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Who may know whom in HQ. Each failure says what to do instead. */
final class ArchitectureTest {
  private static final String OURS = "io.waybillguard.hq.";
  private static final String AGENT = "io.waybillguard.agent.";

  private static final ArchRule hqKnowsFormatsNotTheAgent =
      noClasses()
          .should()
          .dependOnClassesThat(
              JavaClass.Predicates.resideInAPackage(AGENT + ".")
                  .and(
                      DescribedPredicate.not(
                          JavaClass.Predicates.resideInAnyPackage(
                              AGENT + "event..",
                              AGENT + "evidence..",
                              AGENT + "report.wire..",
                              AGENT + "hunt.search..",
                              AGENT + "hunt.sigma..",
                              AGENT + "policy..",
                              AGENT + "config.."))))
          .because(
              "HQ shares events, evidence formats, wire types and what it writes for desks (searches,"
                  + " rules, settings, policies) with the agent, and nothing that makes it one");

  private static final ArchRule nobodyKnowsApp =
      noClasses()
          .that()
          .resideOutsideOfPackage(OURS + "app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(OURS + "app..")
          .because("app wires the others together; pass what you need into the constructor");

  private static final ArchRule ingestKnowsNoHttp =
      noClasses()
          .that()
          .resideInAnyPackage(
              OURS + "ingest..", OURS + "store..", OURS + "trust..", OURS + "fleet..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.javalin..", "jakarta.servlet..", "org.eclipse.jetty..")
          .because("what is judged and kept does not depend on how it came; http hands over bytes");

  private static final ArchRule sqlOnlyInStore =
      noClasses()
          .that()
          .resideOutsideOfPackage(OURS + "store..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "javax.sql..", "org.jdbi..", "org.flywaydb..")
          .because("the store is the only user of SQL; add a method there");

  private static final ArchRule secretsStayInTrust =
      noClasses()
          .that()
          .resideOutsideOfPackage(OURS + "trust..")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(java.security.PrivateKey.class)
          .because("private keys are used where they live; ask trust to sign");

  private static final ArchRule clocksAreReadOnlyInApp =
      noClasses()
          .that()
          .resideOutsideOfPackage(OURS + "app..")
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(java.time.InstantSource.class, "system")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .because("time comes in as an InstantSource, so that a test's clock stands still");

  private static final ArchRule standardOutputOnlyInApp =
      noClasses()
          .that()
          .resideOutsideOfPackage(OURS + "app..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .because("only a command talks to a terminal; log with slf4j or return the text");

  private static final ArchRule noMutableStatics =
      fields()
          .that()
          .haveModifier(JavaModifier.STATIC)
          .should()
          .haveModifier(JavaModifier.FINAL)
          .because("state belongs to an object that somebody owns");

  private static final ArchRule noCycles =
      slices().matching("io.waybillguard.hq.(*)..").should().beFreeOfCycles();

  @TestFactory
  Stream<DynamicTest> everyLineOfCodeKnowsItsRoom() {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.waybillguard.hq");
    return Stream.of(
            hqKnowsFormatsNotTheAgent,
            nobodyKnowsApp,
            ingestKnowsNoHttp,
            sqlOnlyInStore,
            secretsStayInTrust,
            clocksAreReadOnlyInApp,
            standardOutputOnlyInApp,
            noMutableStatics,
            noCycles)
        .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(classes)));
  }
}
