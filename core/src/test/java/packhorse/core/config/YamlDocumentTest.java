package packhorse.core.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.testing.Cases;
import packhorse.core.testing.OnlyAs;
import packhorse.core.topology.IpAddress;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

class YamlDocumentTest {
    /** What means something in YAML, and what is not allowed in it. */
    private static final String LETTERS = "ab: -[]{}&*!|>'\"%@`#,?\n\t\u0000😀~0";

    @Test
    void everyKindOfValueIsRead() {
        YamlMap map = YamlDocument.parse("t.yaml", """
            # a comment
            name: office
            version: 1.10
            count: 7
            on: true
            size: 64KiB
            rate: 100Mbit
            life: 400d
            address: 10.0.0.1
            one: 10.0.0.2
            many: [10.0.0.3, "2001:db8::1"]
            below: {deep: x}
            items:
              - {a: 1}
              - a: 2
            """);
        assertEquals("office", map.string("name"));
        assertEquals("1.10", map.string("version"));
        assertEquals(7, map.integer("count", 0, 10));
        assertTrue(map.bool("on"));
        assertEquals(new ByteCount(65_536), map.byteCount("size"));
        assertEquals(new ByteRate(12_500_000), map.byteRate("rate"));
        assertEquals(Duration.ofDays(400), map.duration("life"));
        assertEquals(IpAddress.parse("10.0.0.1"), map.value("address", IpAddress::parse));
        assertEquals(1, map.list("one", IpAddress::parse).size());
        assertEquals(2, map.list("many", IpAddress::parse).size());
        assertEquals("x", map.map("below").string("deep"));
        assertEquals(
                List.of(1, 2),
                map.maps("items").stream().map(item -> item.integer("a", 0, 9)).toList());
        assertEquals(Optional.empty(), map.optionalString("absent"));
        assertEquals(Optional.empty(), map.optionalMap("absent"));
        assertEquals(List.of(), map.optionalList("absent", IpAddress::parse));
        map.finish();
    }

    @Test
    void everyErrorSaysWhere() {
        refused("t.yaml:2:1: unknown key \"nmae\"; known here: name", () -> {
            YamlMap map = YamlDocument.parse("t.yaml", "name: x\nnmae: y\n");
            map.string("name");
            map.finish();
        });
        refused("t.yaml:2:4: unknown key \"z\"; known here: y", () -> {
            YamlMap map = YamlDocument.parse("t.yaml", "x:\n  {z: 1}\n");
            map.map("x").optionalString("y");
            map.finish();
        });
        refused(
                "t.yaml:3:1: the key \"a\" stands twice, first on line 1",
                () -> YamlDocument.parse("t.yaml", "a: 1\nb: 2\na: 3\n"));
        refused("t.yaml:1:1: \"b\" is missing", () -> parse("a: 1").string("b"));
        refused("t.yaml:1:4: \"a\" has no value", () -> parse("a: ~").string("a"));
        refused(
                "t.yaml:1:4: \"a\" is a single value, not a list or a mapping",
                () -> parse("a: [1]").string("a"));
        refused(
                "t.yaml:1:4: \"a\" is true or false, not \"yes\"",
                () -> parse("a: yes").bool("a"));
        refused(
                "t.yaml:1:4: \"a\" is a text or number, not \"true\"",
                () -> parse("a: true").string("a"));
        refused(
                "t.yaml:1:4: a: 11 is not between 1 and 10",
                () -> parse("a: 11").integer("a", 1, 10));
        refused(
                "t.yaml:1:4: a: \"x\" is not a whole number",
                () -> parse("a: x").integer("a", 1, 10));
        refused(
                "t.yaml:1:4: a: \"soon\" is not a duration",
                () -> parse("a: soon").duration("a"));
        refused(
                "t.yaml:1:4: a: \"5 apples\" is not an amount",
                () -> parse("a: 5 apples").byteCount("a"));
        refused("t.yaml:1:4: a: \"fast\" is not a rate", () -> parse("a: fast").byteRate("a"));
        refused(
                "t.yaml:3:5: a: \"x\" is not an IP address",
                () -> parse("a:\n  - 10.0.0.1\n  - x\n").list("a", IpAddress::parse));
        refused(
                "t.yaml:1:4: \"a\" holds \"key: value\" lines",
                () -> parse("a: 1").map("a"));
        refused("t.yaml:1:4: \"a\" is a list", () -> parse("a: 1").maps("a"));
        refused(
                "t.yaml:2:5: \"a\" holds \"key: value\" lines",
                () -> parse("a:\n  - 1").maps("a"));
        refused("t.yaml:1:1: \"key: value\" lines are expected", () -> parse("- 1"));
        refused("t.yaml:2:1: ", () -> parse("a: 1\n\tb: 2"));
        refused("t.yaml:1:", () -> parse("a: \"x"));
        refused("t.yaml:1:", () -> parse("{a: 1"));
        refused("t.yaml:2:1: ", () -> parse("a: 1\n--- \nb: 2"));
        refused("t.yaml:1:2: a key is one word", () -> parse("{[1]: 2}"));
        refused("t.yaml: is empty", () -> parse(""));
        refused("t.yaml: is empty", () -> parse("# only a comment\n"));
    }

    @Test
    void whatGrowsWhileItIsReadIsRefused() {
        refused(
                "t.yaml:2:4: aliases (*name) are not used here; write the value itself",
                () -> parse("a: &x [1, 2]\nb: *x\n"));
        refused("t.yaml:1:33: nested deeper than 32", () -> parse("[".repeat(5_000)));
        refused("t.yaml:1:57: nested deeper than 32", () -> parse("{a: ".repeat(8) + "[".repeat(40)));
    }

    @Test
    void garbageIsAUsageErrorAndNeverAnythingElse() {
        Cases.run(3_000, random -> {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(30); i > 0; i--) {
                text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
            }
            try {
                YamlDocument.parse("t.yaml", text.toString());
            } catch (UsageException e) {
                String message = String.valueOf(e.getMessage());
                assertTrue(message.startsWith("t.yaml:"), message);
                assertEquals(1, message.lines().count(), message);
            }
        });
    }

    @Test
    void pathsAreSeenFromTheFilesFolder(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("c.yaml");
        Files.writeString(file, "data: store\nother: /var/x\n");
        YamlMap map = YamlDocument.read(file);
        assertEquals(folder.resolve("store"), map.path("data"));
        assertEquals(Path.of("/var/x"), map.path("other"));
    }

    @Test
    void aFileThatCannotBeReadIsOneLine(@TempDir Path folder) throws IOException {
        Path absent = folder.resolve("absent.yaml");
        refused(absent + ": there is no such file", () -> YamlDocument.read(absent));
        refused(folder + ": cannot be read: Is a directory", () -> YamlDocument.read(folder));
        Path binary = folder.resolve("binary.yaml");
        Files.write(binary, new byte[] {'a', ':', ' ', (byte) 0xff});
        refused(binary + ": is not UTF-8 text", () -> YamlDocument.read(binary));
        Path huge = folder.resolve("huge.yaml");
        Files.write(huge, new byte[YamlDocument.BYTES_MAX + 1]);
        refused(huge + ": is longer than", () -> YamlDocument.read(huge));
    }

    @Test
    @org.junit.jupiter.api.Tag("ordinary-user")
    void aForbiddenFileIsOneLine(@TempDir Path folder) throws IOException {
        OnlyAs.ordinaryUser();
        Path file = Files.writeString(folder.resolve("c.yaml"), "a: 1");
        Files.setPosixFilePermissions(file, java.util.Set.of());
        refused(file + ": cannot be read: permission denied", () -> YamlDocument.read(file));
    }

    private static YamlMap parse(String text) {
        return YamlDocument.parse("t.yaml", text);
    }

    private static void refused(String start, Executable reading) {
        UsageException refusal = assertThrows(UsageException.class, reading);
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.startsWith(start), message);
        assertEquals(1, message.lines().count(), message);
    }
}
