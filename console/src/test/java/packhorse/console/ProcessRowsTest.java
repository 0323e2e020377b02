package packhorse.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Every row of the process, {@code process-rows.txt}, has a test that proves it, and every proof is of a row that exists.
 *
 * <p>A row may name in its place a package that is to prove it: {@code row | packhorse.console.wave}. That holds only while the
 * package does not exist; once it does, the row needs a proof and the mark has to go.
 */
final class ProcessRowsTest {
    private static final Path ROWS = Path.of("src/test/resources/process-rows.txt");
    private static final Path PACKAGES = Path.of("src/main/java");
    private static final Path TESTS = Path.of("target/test-classes");
    private static final List<Class<? extends Annotation>> TEST_MARKS =
            List.of(Test.class, TestFactory.class, ParameterizedTest.class);

    @Test
    void everyRowIsProvedAndEveryProofIsOfARow() throws Exception {
        Map<String, String> rows = rows(Files.readAllLines(ROWS, StandardCharsets.UTF_8));
        assertFalse(rows.isEmpty());
        assertEquals(List.of(), findings(rows, proofs(), ProcessRowsTest::exists));
    }

    @Test
    void aRowWithoutProofIsFound() {
        assertEquals(
                List.of("PROCESS 1 test: no test proves it"),
                findings(rows(List.of("# words", "", "PROCESS 1 test")), Map.of(), name -> false));
    }

    @Test
    void aProofOfAnUnknownRowIsFound() {
        assertEquals(
                List.of("PROCESS 9 nothing: FooTest.bar proves it, but process-rows.txt has no such row"),
                findings(Map.of(), Map.of("PROCESS 9 nothing", List.of("FooTest.bar")), name -> false));
    }

    @Test
    void aMarkHoldsOnlyWhileItsPackageDoesNotExist() {
        Map<String, String> rows = rows(List.of("PROCESS 1 waves | packhorse.console.wave"));
        assertEquals(List.of(), findings(rows, Map.of(), name -> false));
        assertEquals(
                List.of("PROCESS 1 waves: packhorse.console.wave exists, so the mark has to go and a test has to prove"
                        + " it"),
                findings(rows, Map.of(), name -> name.equals("packhorse.console.wave")));
        assertEquals(
                List.of("PROCESS 1 waves: FooTest.bar proves it, so the mark has to go"),
                findings(rows, Map.of("PROCESS 1 waves", List.of("FooTest.bar")), name -> false));
    }

    @Test
    void aRowStandsOnce() {
        assertThrows(IllegalArgumentException.class, () -> rows(List.of("PROCESS 1 test", "PROCESS 1 test")));
    }

    /** Each row with the package it is marked with, or an empty text. */
    private static Map<String, String> rows(List<String> lines) {
        Map<String, String> rows = new LinkedHashMap<>();
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int mark = line.indexOf('|');
            String row = (mark < 0 ? line : line.substring(0, mark)).strip();
            if (rows.put(row, mark < 0 ? "" : line.substring(mark + 1).strip()) != null) {
                throw new IllegalArgumentException("the row " + row + " stands twice");
            }
        }
        return rows;
    }

    private static List<String> findings(
            Map<String, String> rows, Map<String, List<String>> proofs, Predicate<String> exists) {
        List<String> findings = new ArrayList<>();
        rows.forEach((row, mark) -> {
            List<String> of = proofs.getOrDefault(row, List.of());
            if (!mark.isEmpty() && !of.isEmpty()) {
                findings.add(row + ": " + of.get(0) + " proves it, so the mark has to go");
            } else if (!mark.isEmpty() && exists.test(mark)) {
                findings.add(row + ": " + mark + " exists, so the mark has to go and a test has to prove it");
            } else if (mark.isEmpty() && of.isEmpty()) {
                findings.add(row + ": no test proves it");
            }
        });
        new TreeMap<>(proofs).forEach((row, of) -> {
            if (!rows.containsKey(row)) {
                findings.add(row + ": " + of.get(0) + " proves it, but process-rows.txt has no such row");
            }
        });
        return findings;
    }

    /** A package exists from its first source on. */
    private static boolean exists(String name) {
        Path folder = PACKAGES.resolve(name.replace('.', '/'));
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".java"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Every row that a test of this module claims to prove, with those tests. What is no test proves nothing. */
    private static Map<String, List<String>> proofs() throws IOException, ClassNotFoundException {
        Map<String, List<String>> proofs = new TreeMap<>();
        List<Path> classes;
        try (Stream<Path> files = Files.walk(TESTS)) {
            classes = files.filter(file -> file.toString().endsWith("Test.class"))
                    .sorted()
                    .toList();
        }
        ClassLoader loader = Objects.requireNonNull(ProcessRowsTest.class.getClassLoader());
        for (Path file : classes) {
            String name = TESTS.relativize(file).toString().replace(java.io.File.separatorChar, '.');
            Class<?> type = Class.forName(name.substring(0, name.length() - ".class".length()), false, loader);
            for (Method method : type.getDeclaredMethods()) {
                Proves proves = method.getAnnotation(Proves.class);
                if (proves == null) {
                    continue;
                }
                if (TEST_MARKS.stream().noneMatch(method::isAnnotationPresent)) {
                    throw new AssertionError(name + "#" + method.getName() + " proves something and is no test");
                }
                for (String row : proves.value()) {
                    proofs.computeIfAbsent(row, unused -> new ArrayList<>())
                            .add(type.getSimpleName() + "." + method.getName());
                }
            }
        }
        return proofs;
    }
}
