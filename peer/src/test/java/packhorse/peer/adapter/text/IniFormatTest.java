package packhorse.peer.adapter.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;

/** INI, judged by a reader as simple as they come. */
final class IniFormatTest {
    private static final KeyFormat FORMAT = KeyFormat.INI;
    private static final List<Key> KEYS = List.of(
            Key.of("a"),
            Key.of("b c"),
            new Key("one", "a"),
            new Key("one", "z"),
            new Key("two", "a"),
            new Key("remote \"x\"", "a"));
    private static final List<String> LINES = List.of(
            "a=1",
            "a = 1",
            "  b c=2",
            "\ta=3",
            "[one]",
            "[two]",
            " [one] ",
            "[remote \"x\"]",
            "; note",
            "# a=no",
            "",
            "  ",
            "flag",
            "z=",
            "caf\u00e9=\u00ff",
            "=odd",
            "[open",
            "a=x=y",
            "C=D:\\e");
    private static final List<String> VALUES =
            List.of("", "v", "a b", "[x]", "x=y", "# v", "; v", "\u00e9", "C:\\d", "'q'");

    /** Section and key of each line that has one; of two the first counts. */
    private static Map<Key, String> read(String text) {
        Map<Key, String> map = new LinkedHashMap<>();
        String section = "";
        for (String line : text.lines().toList()) {
            String content = line.strip();
            if (content.isEmpty() || content.startsWith(";") || content.startsWith("#")) {
                continue;
            }
            if (content.startsWith("[") && content.contains("]")) {
                section = content.substring(1, content.indexOf(']')).strip();
                continue;
            }
            int at = content.indexOf('=');
            String name = at < 0 ? content : content.substring(0, at).strip();
            if (!name.isEmpty()) {
                map.putIfAbsent(
                        new Key(section, name),
                        at < 0 ? "" : content.substring(at + 1).strip());
            }
        }
        return map;
    }

    private static <T> T one(RandomGenerator random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static String text(RandomGenerator random) {
        String terminator = one(random, List.of("\n", "\n", "\r\n", "\r"));
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append(one(random, LINES)).append(i == 1 && random.nextBoolean() ? "" : terminator);
        }
        return text.toString();
    }

    @Test
    void aSetKeyReadsAsItsValueAndNoOtherKeyChanges() {
        Cases.run(20_000, random -> {
            String text = text(random);
            Key key = one(random, KEYS);
            String raw = FORMAT.raw(one(random, VALUES));
            String edited = FORMAT.set(text, key, raw);
            Map<Key, String> expected = read(text);
            expected.put(key, raw);
            assertEquals(expected, read(edited), () -> show(text) + " → " + show(edited));
            assertEquals(edited, FORMAT.set(edited, key, raw), () -> "twice: " + show(text));
        });
    }

    @Test
    void aRemovedKeyIsGoneAndNoOtherChanges() {
        Cases.run(20_000, random -> {
            String text = text(random);
            Key key = one(random, KEYS);
            String edited = FORMAT.remove(text, key);
            Map<Key, String> expected = read(text);
            expected.remove(key);
            assertEquals(expected, read(edited), () -> show(text) + " → " + show(edited));
            assertEquals(edited, FORMAT.remove(edited, key), () -> "twice: " + show(text));
        });
    }

    @Test
    void aKeyThatIsAddedAndRemovedLeavesTheTextAsItWas() {
        Cases.run(5_000, random -> {
            String text = text(random);
            Key key = new Key(random.nextBoolean() ? "" : "one", "new");
            if (key.section().isEmpty() || text.contains("[one]")) {
                String added = FORMAT.set(text, key, "v");
                assertEquals(text, FORMAT.remove(added, key), () -> show(text) + " → " + show(added));
            }
        });
    }

    @Test
    void newKeysGoBehindTheLastOfTheirSectionInItsManner() {
        String text = "; note\r\nx = 1\r\n\r\n[one]\r\na = 1\r\n\r\n[two]\r\nb = 2";
        assertEquals(text.replace("a = 1\r\n", "a = 1\r\nc = 3\r\n"), FORMAT.set(text, new Key("one", "c"), "3"));
        assertEquals(text.replace("x = 1\r\n", "x = 1\r\ny = 3\r\n"), FORMAT.set(text, Key.of("y"), "3"));
        assertEquals(text + "\r\nc = 3", FORMAT.set(text, new Key("two", "c"), "3"));
        assertEquals("[three]\nc=3\n", FORMAT.set("", new Key("three", "c"), "3"));
        assertEquals("[one]\n\n[three]\nc=3\n", FORMAT.set("[one]\n", new Key("three", "c"), "3"));
    }

    @Test
    void aValueThatReadersTakeForSeveralLinesIsNotTouched() {
        for (String text : List.of("[s]\na = 1\n  2\nb = 3\n", "[s]\na=1 \\\nb=3\n")) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> FORMAT.set(text, new Key("s", "a"), "9"));
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("[s] a goes on in its next line"),
                    String.valueOf(refused.getMessage()));
            assertEquals(
                    text.replace("b = 3", "b = 4").replace("b=3", "b=4"), FORMAT.set(text, new Key("s", "b"), "4"));
        }
    }

    @Test
    void aShellReadsTheValueAndNothingElse() throws Exception {
        packhorse.core.testing.OutsideProgram.require("sh");
        for (String value : List.of("plain", "it's", "$(touch /x)", "`id`", "a b;c", "\"", "\\", "\u00e9", "")) {
            String text = KeyFormat.SHELL.set("A=1\n", Key.of("B"), KeyFormat.SHELL.raw(value));
            Process shell = new ProcessBuilder("sh", "-c", asText(text) + "\nprintf '%s' \"$B\"").start();
            assertEquals(
                    value, new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    private static String asText(String bytes) {
        return new String(KeyFormat.bytes(bytes), java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void valuesThatCouldBecomeMoreThanAValueAreRefused() {
        for (String bad : List.of("a\nb=c", "x\\", " led", "trailed ", "\u0000")) {
            assertThrows(IllegalArgumentException.class, () -> FORMAT.raw(bad), bad);
        }
        for (Key bad : List.of(
                Key.of(""),
                Key.of("a=b"),
                Key.of("[x"),
                Key.of("; x"),
                Key.of(" x"),
                Key.of("a\nb"),
                new Key("s]", "a"),
                Key.of("\u00e9"))) {
            assertThrows(IllegalArgumentException.class, () -> FORMAT.requireKey(bad), bad.toString());
        }
        assertThrows(IllegalArgumentException.class, () -> KeyFormat.SHELL.requireKey(Key.of("a-b")));
    }

    private static String show(String text) {
        return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
    }
}
