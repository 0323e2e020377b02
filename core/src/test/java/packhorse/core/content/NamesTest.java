package packhorse.core.content;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.testing.Cases;
import packhorse.core.testing.OutsideProgram;

class NamesTest {
    @ParameterizedTest
    @CsvSource({
        "1.0,<,1.1",
        "1.9,<,1.10",
        "1.0~rc1,<,1.0",
        "1.0~~,<,1.0~",
        "1.0~~a,<,1.0~",
        "1.0,<,1.0a",
        "1.0a,<,1.0+",
        "1.0-1,<,1.0-2",
        "1.0,<,1.0-1",
        "1.0-1~bpo,<,1.0-1",
        "0:1.0,=,1.0",
        "9.9,<,1:0.1",
        "1:9,<,2:0",
        "1.0,=,1.00",
        "1.0,=,1.0-0",
        "1.0.,=,1.0.0",
        "1.2.3-4,<,1.2.3-10",
        "1-2-3,<,1-2-4",
        "99999999999999999998,<,99999999999999999999",
        "1.0z,<,1.0.1",
        "2.0,<,10.0"
    })
    void versionsAreOrderedAsDpkgOrdersThem(String left, String order, String right) {
        int compared = Version.parse(left).compareTo(Version.parse(right));
        int reversed = Version.parse(right).compareTo(Version.parse(left));
        assertEquals(order.equals("<") ? -1 : 0, Integer.signum(compared));
        assertEquals(-Integer.signum(compared), Integer.signum(reversed));
    }

    @Test
    void dpkgItselfAgrees() throws IOException, InterruptedException {
        OutsideProgram.require("dpkg");
        List<Version[]> pairs = new ArrayList<>();
        Cases.run(250, random -> pairs.add(new Version[] {Samples.version(random), Samples.version(random)}));
        Process dpkg = new ProcessBuilder(
                        "sh",
                        "-c",
                        "while read -r a b; do if dpkg --compare-versions \"$a\" lt \"$b\"; then echo '<';"
                                + " elif dpkg --compare-versions \"$a\" eq \"$b\"; then echo '='; else echo '>'; fi;"
                                + " done")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        StringBuilder input = new StringBuilder();
        pairs.forEach(pair -> input.append(pair[0]).append(' ').append(pair[1]).append('\n'));
        Thread feeder = Thread.ofVirtual().start(() -> {
            try (var out = dpkg.getOutputStream()) {
                out.write(input.toString().getBytes(US_ASCII));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        List<String> answers = new String(dpkg.getInputStream().readAllBytes(), US_ASCII)
                .lines()
                .toList();
        feeder.join();
        assertTrue(dpkg.waitFor(60, TimeUnit.SECONDS));
        assertEquals(pairs.size(), answers.size());
        for (int i = 0; i < pairs.size(); i++) {
            int order = Integer.signum(pairs.get(i)[0].compareTo(pairs.get(i)[1]));
            assertEquals(
                    answers.get(i), List.of("<", "=", ">").get(order + 1), pairs.get(i)[0] + " and " + pairs.get(i)[1]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "1/2", "..", "-1", "1:", ":1", "1\n", "ä", ".1", "1234567890:1"})
    void whatIsNoVersionIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Version.parse(text));
        assertThrows(IllegalArgumentException.class, () -> Version.parse("1".repeat(Version.LENGTH_MAX + 1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*         | 1.0   | true",
                "[1.0]     | 1.0   | true",
                "[1.0]     | 1.0-1 | false",
                "[1.0,2.0) | 1.0   | true",
                "[1.0,2.0) | 2.0   | false",
                "[1.0,2.0) | 2.0~1 | true",
                "(1.0,2.0] | 1.0   | false",
                "(1.0,2.0] | 2.0   | true",
                "[1.0,)    | 99    | true",
                "(,2.0]    | 0     | true",
                "(,2.0]    | 2.1   | false"
            })
    void aRangeContainsWhatItSays(String range, String version, boolean contained) {
        assertEquals(contained, VersionRange.parse(range).contains(Version.parse(version)));
    }

    @Test
    void rangesSurviveTheRoundTrip() {
        Cases.run(500, random -> {
            VersionRange range = Samples.range(random);
            assertEquals(range, VersionRange.parse(range.toString()));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.0", "[1.0", "[2.0,1.0]", "(1.0,1.0)", "[]", "[1,2,3]", "[a b]"})
    void whatIsNoRangeIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> VersionRange.parse(text));
    }

    @Test
    void targetPathsLeadBackToTheirRelease() {
        Cases.run(200, random -> {
            ReleaseId id = Samples.id(random);
            assertEquals(id, ReleaseId.ofTargetPath(id.targetPath()));
        });
        for (String hostile : List.of(
                "a/b/1/any",
                "a/b/any.json",
                "a/b/1/../any.json",
                "../b/1/any.json",
                "a/../1/any.json",
                "a/b/../any.json",
                "/a/b/1/any.json",
                "a/b/1/bundle.json",
                "a/b/1/.json",
                "a/b/1/any.json/",
                "A/b/1/any.json")) {
            assertThrows(IllegalArgumentException.class, () -> ReleaseId.ofTargetPath(hostile), hostile);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "..",
                ".",
                "../x",
                "a/../b",
                "a/./b",
                "a//b",
                "a/",
                "a\u0000b",
                "a\nb",
                "a\u001bb",
                "a\u007fb",
                "a\\b",
                "..\\x",
                "C:\\x",
                "\ud800",
                "a\udc00b",
                "\uFFFD"
            })
    void hostilePathsAreRefused(String path) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> SafePath.require(path));
        assertEquals(1, String.valueOf(refusal.getMessage()).lines().count());
    }

    @Test
    void pathsAreBounded() {
        SafePath.require("x".repeat(255));
        assertThrows(IllegalArgumentException.class, () -> SafePath.require("x".repeat(256)));
        assertThrows(IllegalArgumentException.class, () -> SafePath.require("ä".repeat(128)));
        SafePath.require("x/".repeat(SafePath.DEPTH_MAX - 1) + "x");
        assertThrows(IllegalArgumentException.class, () -> SafePath.require("x/".repeat(SafePath.DEPTH_MAX) + "x"));
        String longest = ("x".repeat(250) + "/").repeat(17);
        assertThrows(IllegalArgumentException.class, () -> SafePath.require(longest + "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a b", "ä/語/😀", "...", ".a", "-rf", "a:b", "usr/lib/x.so.1"})
    void ordinaryPathsAreTaken(String path) {
        SafePath.require(path);
    }

    @ParameterizedTest
    @CsvSource({
        "a,b,true",
        "a,./b,true",
        "d/a,../b,true",
        "d/e/a,../../b/c,true",
        "d/a,..,true",
        "a,.,true",
        "a,b//c,true",
        "a,'',false",
        "a,/b,false",
        "a,..,false",
        "a,../b,false",
        "d/a,../../b,false",
        "a,b/../../c,false",
        "d/a,../../d/b,false",
        "a,b\\c,false"
    })
    void linksStayInsideTheTree(String path, String target, boolean inside) {
        if (inside) {
            SafePath.requireLink(path, target);
        } else {
            assertThrows(IllegalArgumentException.class, () -> SafePath.requireLink(path, target));
        }
    }

    /** {@code p/q/up -> ../..} is the tree's top; climbing once more from there would leave the tree. */
    @Test
    void aChainOfLinksCannotClimbOut() {
        SafePath.requireLink("p/q/up", "../..");
        assertThrows(IllegalArgumentException.class, () -> SafePath.requireLink("out", "p/q/up/../secret"));
        assertThrows(
                IllegalArgumentException.class,
                () -> SafePath.requireLink("a", "x/".repeat(SafePath.PATH_BYTES_MAX / 2) + "x"));
    }

    @Test
    void dependenciesAreReadFromTheirText() {
        assertEquals(VersionRange.ALL, Dependency.parse("acme/editor").versions());
        Dependency ranged = Dependency.parse("acme/editor:[1.0,2.0)");
        assertFalse(ranged.versions().contains(Version.parse("2.0")));
        assertEquals(ranged, Dependency.parse(ranged.toString()));
        assertThrows(IllegalArgumentException.class, () -> Dependency.parse("editor"));
        assertThrows(IllegalArgumentException.class, () -> Dependency.parse("acme/editor:"));
    }
}
