package packhorse.dist.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** House rules that a compiler does not know. Each finding names the place and what to write instead. */
final class TidyTest {
    /**
     * A pattern that must not stand in a source file.
     *
     * @param scope which files
     * @param pattern what is looked for, line by line
     * @param instead what to write
     * @param except file names that are the one home of it
     */
    private record Rule(Scope scope, Pattern pattern, String instead, List<String> except) {
        static Rule of(Scope scope, String pattern, String instead, String... except) {
            return new Rule(scope, Pattern.compile(pattern), instead, List.of(except));
        }
    }

    private enum Scope {
        MAIN,
        ALL
    }

    private static final List<Rule> RULES = List.of(
            Rule.of(
                    Scope.ALL,
                    "\\bThread\\.sleep\\(",
                    "wait for a condition: Awaitility in tests, a scheduler or a queue in the product",
                    "TidyTest.java"),
            Rule.of(
                    Scope.MAIN,
                    "\\bSystem\\.exit\\(",
                    "throw UsageException or OperationException; only Main ends the process",
                    "Main.java"),
            Rule.of(
                    Scope.MAIN,
                    "\\bRuntime\\.getRuntime\\(\\)\\.halt\\(",
                    "throw; only Main ends the process",
                    "Main.java",
                    "SwarmProcess.java",
                    "InstallerProcess.java",
                    "ParentWatch.java"),
            Rule.of(Scope.MAIN, "\\bSystem\\.currentTimeMillis\\(", "take an InstantSource"),
            Rule.of(Scope.MAIN, "\\bInstant\\.now\\(\\)", "take an InstantSource"),
            Rule.of(Scope.MAIN, "\\bnew Random\\(|\\bMath\\.random\\(|ThreadLocalRandom", "take a RandomGenerator"),
            Rule.of(Scope.MAIN, "\\.printStackTrace\\(", "log it, or let it travel", "Main.java"),
            Rule.of(Scope.MAIN, "\\bnew Date\\(|SimpleDateFormat|java\\.util\\.Calendar", "java.time"),
            Rule.of(Scope.MAIN, "\\bsynchronized\\s+\\(this\\)", "a private lock or one owner thread"),
            Rule.of(Scope.ALL, "\\b(TODO|FIXME|XXX)\\b", "do it, or write an issue", "TidyTest.java"),
            Rule.of(
                    Scope.ALL,
                    "@Disabled|assumeTrue\\(|assumeFalse\\(",
                    "OutsideProgram or OnlyAs: a test that is not run says so in one line and fails under CI",
                    "TidyTest.java",
                    "OutsideProgram.java",
                    "OnlyAs.java"),
            Rule.of(
                    Scope.ALL,
                    "(catch \\([^)]*\\)\\s*\\{\\s*\\})",
                    "handle it, or say in a comment why nothing is to be done",
                    "TidyTest.java"),
            Rule.of(
                    Scope.ALL,
                    "import static org\\.junit\\.Assert|import org\\.junit\\.Test;",
                    "JUnit 5: org.junit.jupiter.api",
                    "TidyTest.java"),
            Rule.of(Scope.ALL, "\\bimport [a-z][\\w.]*\\.\\*;", "name what is imported", "TidyTest.java"),
            Rule.of(
                    Scope.MAIN,
                    "\\bTorrentBuilder\\b",
                    "packhorse.core.content.Torrents; libtorrent's builder poisons the JVM's signal handling",
                    "LibtorrentSwarm.java"));

    private static final Pattern VAGUE_NAME =
            Pattern.compile(".*(Manager|Utils?|Helper|Impl|Processor|Abstract[A-Z].*)\\.java");

    @Test
    void noSourceBreaksAHouseRule() {
        List<String> findings = new ArrayList<>();
        for (Path file : Sources.java()) {
            boolean main = Sources.shown(file).contains("src/main/");
            List<String> lines = Sources.read(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                for (Rule rule : RULES) {
                    if ((rule.scope() == Scope.ALL || main) && !rule.except().contains(fileName(file))) {
                        Matcher found = rule.pattern().matcher(withoutProse(lines.get(i)));
                        if (found.find()) {
                            findings.add(Sources.shown(file) + ":" + (i + 1) + ": " + found.group() + " — instead: "
                                    + rule.instead());
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), findings);
    }

    /** Prose may name what code must not do. */
    private static String withoutProse(String line) {
        String trimmed = line.strip();
        return trimmed.startsWith("*")
                        || trimmed.startsWith("/*")
                        || (trimmed.startsWith("//") && !trimmed.matches(".*\\b(TODO|FIXME|XXX)\\b.*"))
                ? ""
                : line;
    }

    @Test
    void everyPackageOpensWithProseAndIsNullMarked() {
        List<String> findings = new ArrayList<>();
        for (Path folder :
                Sources.mainJava().stream().map(Path::getParent).distinct().toList()) {
            Path info = folder.resolve("package-info.java");
            if (!Files.exists(info)) {
                findings.add(Sources.shown(folder)
                        + ": no package-info.java — instead: say what the package is, who may enter, its invariants");
                continue;
            }
            String text = Sources.read(info);
            if (!text.contains("@NullMarked")) {
                findings.add(Sources.shown(info) + ": not @NullMarked");
            }
            if (text.length() < 150 || !text.stripLeading().startsWith("/**")) {
                findings.add(Sources.shown(info)
                        + ": no prose — instead: say what the package is, who may enter, its invariants");
            }
        }
        assertEquals(List.of(), findings);
    }

    @Test
    void everyTopLevelTypeSaysWhatItIs() {
        Pattern declaration = Pattern.compile(
                "(?m)^(?:public |final |abstract |sealed |non-sealed )*(?:class|interface|enum|record|@interface)"
                        + " (\\w+)");
        List<String> findings = new ArrayList<>();
        for (Path file : Sources.mainJava()) {
            String text = Sources.read(file);
            Matcher type = declaration.matcher(text);
            if (type.find() && !text.substring(0, type.start()).contains("/**")) {
                findings.add(Sources.shown(file) + ": " + type.group(1)
                        + " has no Javadoc — instead: a first sentence that says what it is");
            }
        }
        assertEquals(List.of(), findings);
    }

    @Test
    void namesNameARole() {
        List<String> findings = Sources.java().stream()
                .filter(file -> VAGUE_NAME.matcher(fileName(file)).matches())
                .map(file -> Sources.shown(file) + ": — instead: name the role it plays")
                .toList();
        assertEquals(List.of(), findings);
    }

    @Test
    void classesStayOneIdea() {
        List<String> findings = Sources.mainJava().stream()
                .filter(file -> Sources.read(file).lines().count() > 900)
                .map(file -> Sources.shown(file)
                        + ": more than 900 lines — instead: find the second idea in it and give it a class")
                .toList();
        assertEquals(List.of(), findings);
    }

    @Test
    void childPomsStayThin() {
        List<String> findings = new ArrayList<>();
        for (String module : List.of("core", "tracker", "peer", "seeder", "console", "netsim", "dist")) {
            String pom = Sources.read(Sources.top().resolve(module).resolve("pom.xml"));
            if (Pattern.compile("<version>(?!0\\.1\\.0-SNAPSHOT)").matcher(pom).find()) {
                findings.add(module
                        + "/pom.xml: a version — instead: the parent's dependencyManagement or pluginManagement");
            }
        }
        assertEquals(List.of(), findings);
    }

    private static String fileName(Path file) {
        return String.valueOf(file.getFileName());
    }
}
