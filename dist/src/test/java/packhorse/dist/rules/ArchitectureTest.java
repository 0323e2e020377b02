package packhorse.dist.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import packhorse.core.Pure;

/** Who may know whom: the arrows between modules, the one home of each library, and what a pure package is. */
final class ArchitectureTest {
    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("packhorse");

    /** Each module and the modules it may know besides itself. */
    private static final Map<String, Set<String>> ARROWS = Map.of(
            "core", Set.of(),
            "tracker", Set.of("core"),
            "peer", Set.of("core"),
            "seeder", Set.of("core", "peer"),
            "console", Set.of("core"),
            "netsim", Set.of("core", "tracker", "peer", "console"),
            "dist", Set.of("core", "tracker", "peer", "seeder", "console", "netsim"));

    /** Each library's package and the only packages that may know it. */
    private static final Map<String, Set<String>> HOMES = new TreeMap<>(Map.ofEntries(
            Map.entry("org.apache.mina..", Set.of("packhorse.core.wire", "packhorse.tracker.udp")),
            Map.entry(
                    "io.javalin..",
                    Set.of(
                            "packhorse.tracker.http",
                            "packhorse.seeder.origin",
                            "packhorse.peer.gateway",
                            "packhorse.console.rest")),
            Map.entry(
                    "org.eclipse.jetty..",
                    Set.of(
                            "packhorse.tracker.http",
                            "packhorse.seeder.origin",
                            "packhorse.peer.gateway",
                            "packhorse.console.rest")),
            Map.entry("com.hazelcast..", Set.of("packhorse.tracker.cluster")),
            Map.entry("org.libtorrent4j..", Set.of("packhorse.peer.swarm")),
            Map.entry(
                    "org.bouncycastle..",
                    Set.of("packhorse.core.trust", "packhorse.core.identity", "packhorse.tracker.enrol")),
            Map.entry("org.snakeyaml..", Set.of("packhorse.core.config")),
            Map.entry(
                    "org.apache.commons.compress..",
                    Set.of(
                            "packhorse.seeder.build",
                            "packhorse.peer.tree",
                            "packhorse.peer.adapter.archive",
                            "packhorse.peer.adapter.deb",
                            "packhorse.peer.adapter.packages")),
            Map.entry(
                    "com.github.luben.zstd..", Set.of("packhorse.peer.adapter.archive", "packhorse.peer.adapter.deb")),
            Map.entry("com.github.benmanes.caffeine..", Set.of("packhorse.peer.cache")),
            Map.entry("cz.jirutka.rsql..", Set.of("packhorse.console.fleet.rsql")),
            Map.entry("de.siegmar.fastcsv..", Set.of("packhorse.console.fleet.csv")),
            Map.entry("biweekly..", Set.of("packhorse.console.icalendar")),
            Map.entry("com.github.mangstadt.vinnie..", Set.of("packhorse.console.icalendar")),
            // Mail is one of the means to tell somebody.
            Map.entry("jakarta.mail..", Set.of("packhorse.console.notify")),
            Map.entry("tools.jackson..", Set.of("packhorse.console.json")),
            Map.entry("org.jdbi..", Set.of("packhorse.console.ledger")),
            Map.entry("com.zaxxer.hikari..", Set.of("packhorse.console.ledger")),
            Map.entry("org.flywaydb..", Set.of("packhorse.console.ledger"))));

    @TestFactory
    java.util.stream.Stream<DynamicTest> modulesKnowOnlyWhatTheirArrowsAllow() {
        return ARROWS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(arrow -> DynamicTest.dynamicTest(arrow.getKey(), () -> {
                    String[] forbidden = ARROWS.keySet().stream()
                            .filter(other -> !other.equals(arrow.getKey())
                                    && !arrow.getValue().contains(other))
                            .map(other -> "packhorse." + other + "..")
                            .toArray(String[]::new);
                    if (forbidden.length > 0) {
                        rule(noClasses()
                                .that()
                                .resideInAPackage("packhorse." + arrow.getKey() + "..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(forbidden)
                                .because("docs/architecture.md draws the arrows; what two modules share belongs"
                                        + " into core"));
                    }
                }));
    }

    @TestFactory
    java.util.stream.Stream<DynamicTest> everyLibraryHasOneHome() {
        return HOMES.entrySet().stream()
                .map(home -> DynamicTest.dynamicTest(
                        home.getKey(),
                        () -> rule(noClasses()
                                .that(resideOutside(home.getValue()))
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage(home.getKey())
                                .because("a library that is known in one place can be replaced there"))));
    }

    private static DescribedPredicate<JavaClass> resideOutside(Set<String> packages) {
        return DescribedPredicate.describe(
                "reside outside " + packages, type -> !packages.contains(type.getPackageName()));
    }

    @Test
    void picocliStaysInTheCommandLine() {
        rule(noClasses()
                .that(DescribedPredicate.describe(
                        "are no commands",
                        type -> !type.getPackageName().endsWith(".cli")
                                && !type.getPackageName().startsWith("packhorse.dist")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("picocli..")
                .because("a part that can be started without a command line can be tested without one"));
    }

    @Test
    void purePackagesOnlyDecide() {
        rule(classes()
                .that(ArePure.INSTANCE)
                .should(new ArchCondition<>("use nothing but values and other pure packages") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        type.getDirectDependenciesFromSelf().forEach(dependency -> {
                            JavaClass target = dependency.getTargetClass().getBaseComponentType();
                            if (!allowedInPure(target)) {
                                events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
                            }
                        });
                        for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                            String owner = call.getTargetOwner().getName();
                            String name = call.getTarget().getName();
                            boolean readsClock = owner.equals("java.lang.System")
                                    && (name.equals("nanoTime")
                                            || name.equals("currentTimeMillis")
                                            || name.startsWith("get"));
                            boolean readsNow = owner.startsWith("java.time.") && name.equals("now");
                            if (readsClock || readsNow || (owner.equals("java.lang.Math") && name.equals("random"))) {
                                events.add(SimpleConditionEvent.violated(type, call.getDescription()));
                            }
                        }
                    }
                }));
    }

    private enum ArePurePackages {
        ;

        static boolean contains(JavaClass type) {
            return type.getPackage().isAnnotatedWith(Pure.class);
        }
    }

    private static final class ArePure extends DescribedPredicate<JavaClass> {
        static final ArePure INSTANCE = new ArePure();

        private ArePure() {
            super("reside in a package marked @Pure");
        }

        @Override
        public boolean test(JavaClass type) {
            return ArePurePackages.contains(type);
        }
    }

    private static final Set<String> PURE_JDK_PACKAGES = Set.of(
            "java.lang",
            "java.lang.annotation",
            "java.lang.invoke",
            "java.lang.runtime",
            "java.math",
            "java.nio",
            "java.nio.charset",
            "java.security",
            "java.text",
            "java.time",
            "java.time.format",
            "java.time.zone",
            "java.util",
            "java.util.function",
            "java.util.random",
            "java.util.regex",
            "java.util.stream");

    private static final Set<String> IMPURE_JDK_CLASSES = Set.of(
            "java.lang.Thread",
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.Runtime",
            "java.util.Random",
            "java.util.Timer",
            "java.util.Scanner",
            "java.security.SecureRandom",
            "java.time.Clock");

    private static final Set<String> MEMORY_STREAMS = Set.of(
            "java.io.ByteArrayOutputStream",
            "java.io.ByteArrayInputStream",
            "java.io.OutputStream",
            "java.io.Serializable",
            "java.io.IOException",
            "java.io.UncheckedIOException");

    private static boolean allowedInPure(JavaClass target) {
        String name = target.getName();
        if (target.isPrimitive() || MEMORY_STREAMS.contains(name) || name.equals(Pure.class.getName())) {
            return true;
        }
        if (name.startsWith("packhorse.")) {
            return ArePurePackages.contains(target);
        }
        return (PURE_JDK_PACKAGES.contains(target.getPackageName()) && !IMPURE_JDK_CLASSES.contains(name))
                || target.getPackageName().equals("org.jspecify.annotations");
    }

    @Test
    void theSimulatorKnowsOnlyPurePackagesOfTheOthers() {
        rule(noClasses()
                .that()
                .resideInAPackage("packhorse.netsim..")
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are impure parts of tracker, peer or console",
                        type -> type.getName().matches("packhorse\\.(tracker|peer|console)\\..*")
                                && !ArePurePackages.contains(type)))
                .allowEmptyShould(true));
    }

    @Test
    void theInstallersEngineKnowsNoProcess() {
        rule(noClasses()
                .that()
                .resideInAnyPackage(
                        "packhorse.peer.installer.engine..", "packhorse.peer.adapter..", "packhorse.peer.hook..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("packhorse.peer.installer", "packhorse.peer.agent..")
                .because("what changes the machine is the same in a process, in a thread and in a test"));
    }

    @Test
    void packagesOfAModuleFormNoCycle() {
        for (String module : ARROWS.keySet()) {
            SlicesRuleDefinition.slices()
                    .matching("packhorse." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .allowEmptyShould(true)
                    .check(PRODUCT);
        }
    }

    private static void rule(ArchRule rule) {
        rule.allowEmptyShould(true).check(PRODUCT);
    }
}
