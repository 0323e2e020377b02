package packhorse.peer.adapter.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;

/** Properties, judged by the JDK's own reader of them. */
final class PropertiesFormatTest {
    private static final KeyFormat FORMAT = KeyFormat.PROPERTIES;
    private static final List<String> NAMES = List.of("a", "b.c", "a b", "x:y", "#h", "back\\slash", "=", "c");
    private static final List<String> PIECES = List.of(
            "a",
            "b.c",
            "a\\ b",
            "x\\:y",
            "\\#h",
            "c",
            "=",
            ":",
            " ",
            "\t",
            "\\",
            "\\\\",
            "value",
            "# note",
            "! note",
            "\n",
            "\n",
            "\r\n",
            "\r",
            "\\\n",
            "\\\r\n  ",
            "\u00e9",
            "\\t",
            "\f");
    private static final List<String> VALUES = List.of(
            "",
            " ",
            "plain",
            " led",
            "trailed ",
            "=x",
            ":x",
            "a=b",
            "C:\\dir\\",
            "tab\there",
            "\u00e9\u20ac",
            "# no note",
            "\\u0041",
            "\ud83d\udc0e",
            "\\");

    private static Map<String, String> read(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> map = new HashMap<>();
        properties.forEach((key, value) -> map.put((String) key, (String) value));
        // The reader finds an empty key in a text that ends with a lone backslash.
        map.remove("");
        return map;
    }

    private static <T> T one(RandomGenerator random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static String text(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(25); i > 0; i--) {
            text.append(one(random, PIECES));
        }
        return text.toString();
    }

    @Test
    void aSetKeyReadsAsItsValueAndNoOtherKeyChanges() {
        Cases.run(20_000, random -> {
            String text = text(random);
            String name = one(random, NAMES);
            String value = one(random, VALUES);
            String edited = FORMAT.set(text, Key.of(name), FORMAT.raw(value));
            Map<String, String> expected = read(text);
            expected.put(name, value);
            assertEquals(expected, read(edited), () -> show(text) + " → " + show(edited));
        });
    }

    @Test
    void aRemovedKeyIsGoneAndNoOtherChanges() {
        Cases.run(20_000, random -> {
            String text = text(random);
            String name = one(random, NAMES);
            String edited = FORMAT.remove(text, Key.of(name));
            Map<String, String> expected = read(text);
            expected.remove(name);
            assertEquals(expected, read(edited), () -> show(text) + " → " + show(edited));
        });
    }

    @Test
    void doingItTwiceIsDoingItOnce() {
        Cases.run(20_000, random -> {
            String text = text(random);
            Key key = Key.of(one(random, NAMES));
            String raw = FORMAT.raw(one(random, VALUES));
            String once = FORMAT.set(text, key, raw);
            assertEquals(once, FORMAT.set(once, key, raw), () -> show(text));
            String removed = FORMAT.remove(text, key);
            assertEquals(removed, FORMAT.remove(removed, key), () -> show(text));
        });
    }

    @Test
    void aRawValueThatWasFoundMeansTheSamePutBackAnywhere() {
        Cases.run(20_000, random -> {
            String text = text(random);
            Key key = Key.of(one(random, NAMES));
            FORMAT.find(text, key).ifPresent(raw -> {
                String other = FORMAT.set("z=1", key, raw) + "\nlast=1";
                assertEquals(read(text).get(key.name()), read(other).get(key.name()), () -> show(text));
                assertEquals("1", read(other).get("last"), () -> show(other));
            });
        });
    }

    @Test
    void linesThatAreNotNamedKeepEveryByte() {
        String text = "\u00ef\u00bb\u00bf# caf\u00e9 \u0080\r\na : 1\r\n\r\nb=two \\\r\n   lines\r\nc\r\nd=4";
        assertEquals(
                "\u00ef\u00bb\u00bf# caf\u00e9 \u0080\r\na : 9\r\n\r\nb=two \\\r\n   lines\r\nc\r\nd=4",
                FORMAT.set(text, Key.of("a"), "9"));
        assertEquals(text + "\r\ne=5", FORMAT.set(text, Key.of("e"), "5"));
        assertEquals(text.replace("b=two \\\r\n   lines", "b=2"), FORMAT.set(text, Key.of("b"), "2"));
        assertEquals(text.replace("\r\nd=4", ""), FORMAT.remove(text, Key.of("d")));
    }

    @Test
    void aValueThatIsThereAlreadyIsLeftAsItIsWritten() {
        String text = "a = \\u0078 y \n";
        assertEquals(text, FORMAT.set(text, Key.of("a"), FORMAT.raw("x y ")));
    }

    @Test
    void aValueOfSeveralLinesIsRefused() {
        for (String bad : List.of("a\nb=c", "a\rb", "a\u0000", "\u2028", "\ud800")) {
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> FORMAT.raw(bad));
            assertTrue(
                    String.valueOf(refused.getMessage()).startsWith("a value "), String.valueOf(refused.getMessage()));
        }
    }

    private static String show(String text) {
        return text.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t")
                .replace("\f", "\\f");
    }
}
