package packhorse.core.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;

final class CanonicalJsonTest {
    private static String canonical(Json value) {
        return new String(CanonicalJson.encode(value), UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ }|{}",
                "[ ]|[]",
                "\"\"|\"\"",
                "[1, 2, 3]|[1,2,3]",
                "{\"A\": [99]}|{\"A\":[99]}",
                "{\"x\" : 3, \"y\" : 2, \"X\": 1}|{\"X\":1,\"x\":3,\"y\":2}",
                "{\"x\": 3, \"y\": null}|{\"x\":3,\"y\":null}",
                "[true, false, -12]|[true,false,-12]",
                "\"a\\\"b\\\\c\\/d\"|\"a\\\"b\\\\c/d\"",
                "\"caf\\u00e9 \\ud83d\\ude00\"|\"café 😀\"",
                "{\"b\":{\"d\":1,\"c\":2},\"a\":[{\"z\":0,\"y\":0}]}|{\"a\":[{\"y\":0,\"z\":0}],\"b\":{\"c\":2,\"d\":1}}"
            })
    void hasTheKnownForm(String text, String expected) {
        assertEquals(expected, canonical(JsonReader.parse(text.getBytes(UTF_8))));
    }

    @Test
    void writesControlCharactersAsTheyAre() {
        assertEquals("\"a\nb\u0001\"", canonical(new JsonString("a\nb\u0001")));
    }

    @Test
    void sortsKeysByCodePointsNotByJavasUnits() {
        TreeMap<String, Json> members = new TreeMap<>();
        members.put("😀", new JsonInteger(3));
        members.put("\uFF5E", new JsonInteger(2));
        members.put("z", new JsonInteger(1));
        members.put("", new JsonInteger(0));
        assertEquals("{\"\":0,\"z\":1,\"\uFF5E\":2,\"😀\":3}", canonical(new JsonObject(members)));
    }
}
