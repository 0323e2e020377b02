package packhorse.core.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonNull;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;

final class JsonReaderTest {
    private static Json parse(String text) {
        return JsonReader.parse(text.getBytes(UTF_8));
    }

    @Test
    void readsEveryKindOfValue() {
        TreeMap<String, Json> members = new TreeMap<>();
        members.put("a", new JsonArray(List.of(new JsonInteger(-7), new JsonBoolean(true), new JsonNull())));
        members.put("b", new JsonString("x\"\\/\b\f\n\r\té€😀"));
        assertEquals(
                new JsonObject(members),
                parse(" {\"a\" : [ -7 , true,null ] ,\n"
                        + "\"b\":\"x\\\"\\\\\\/\\b\\f\\n"
                        + "\\r"
                        + "\\t\\u00e9€\\uD83D\\uDE00\"}\t"));
    }

    @Test
    void readsTheExtremesOf64Bits() {
        assertEquals(new JsonInteger(Long.MIN_VALUE), parse("-9223372036854775808"));
        assertEquals(new JsonInteger(Long.MAX_VALUE), parse("9223372036854775807"));
        assertEquals(new JsonInteger(0), parse("0"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "[1",
                "[1,",
                "[1,]",
                "[,]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{\"a\":1 \"b\":2}",
                "{1:2}",
                "{a:1}",
                "1 2",
                "{}{}",
                "nul",
                "tru",
                "True",
                "NaN",
                "Infinity",
                "+1",
                "-",
                "--1",
                "-0",
                "00",
                "01",
                "1.0",
                "1e3",
                "1E3",
                ".5",
                "9223372036854775808",
                "-9223372036854775809",
                "123456789012345678901234567890",
                "\"",
                "\"\\\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\n\"",
                "\"\u0001\"",
                "\"\\ud800\"",
                "\"\\udc00\"",
                "\"\\ud800\\ud800\"",
                "\"\\ud800x\"",
                "'a'",
                "/* */1",
                "\uFEFF1"
            })
    void refusesWhatIsNotExactlyOneValue(String text) {
        assertThrows(JsonException.class, () -> parse(text));
    }

    @Test
    void refusesAKeyThatStandsTwiceAlsoWhenWrittenDifferently() {
        assertEquals(
                7,
                assertThrows(JsonException.class, () -> parse("{\"a\":1,\"a\":1}"))
                        .offset());
        assertThrows(JsonException.class, () -> parse("{\"a\":1,\"\\u0061\":2}"));
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        for (int[] bad :
                new int[][] {{0x80}, {0xc0, 0xaf}, {0xed, 0xa0, 0x80}, {0xf5, 0x80, 0x80, 0x80}, {0xe2, 0x82}}) {
            byte[] text = new byte[bad.length + 2];
            text[0] = '"';
            text[text.length - 1] = '"';
            for (int i = 0; i < bad.length; i++) {
                text[i + 1] = (byte) bad[i];
            }
            assertThrows(JsonException.class, () -> JsonReader.parse(text));
        }
    }

    @Test
    void refusesNestingBeyondItsBoundAndReadsUpToIt() {
        parse("[".repeat(JsonReader.DEPTH_MAX) + "1" + "]".repeat(JsonReader.DEPTH_MAX));
        assertThrows(
                JsonException.class,
                () -> parse("[".repeat(JsonReader.DEPTH_MAX + 1) + "1" + "]".repeat(JsonReader.DEPTH_MAX + 1)));
        assertThrows(JsonException.class, () -> parse("[".repeat(1_000_000)));
    }

    @Test
    void readsBackWhatTheCanonicalFormWrites() {
        for (long seed = 0; seed < 2000; seed++) {
            Json value = random(new Random(seed), 0);
            byte[] canonical = CanonicalJson.encode(value);
            assertEquals(value, JsonReader.parse(canonical), "seed " + seed);
            assertEquals(
                    new String(canonical, UTF_8),
                    new String(CanonicalJson.encode(JsonReader.parse(canonical)), UTF_8),
                    "seed " + seed);
        }
    }

    /** No control characters: their canonical form is no JSON. */
    private static Json random(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth > 4 ? 4 : 6)) {
            case 0 -> new JsonInteger(random.nextLong() >> random.nextInt(64));
            case 1 -> new JsonBoolean(random.nextBoolean());
            case 2 -> new JsonNull();
            case 3 -> new JsonString(text(random));
            case 4 -> {
                List<Json> elements = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    elements.add(random(random, depth + 1));
                }
                yield new JsonArray(elements);
            }
            default -> {
                TreeMap<String, Json> members = new TreeMap<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    members.put(text(random), random(random, depth + 1));
                }
                yield new JsonObject(members);
            }
        };
    }

    private static String text(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            int codePoint = 0x20 + random.nextInt(1 << (7 + random.nextInt(10)));
            text.appendCodePoint(Character.getType(codePoint) == Character.SURROGATE ? '\\' : codePoint);
        }
        return text.toString();
    }
}
