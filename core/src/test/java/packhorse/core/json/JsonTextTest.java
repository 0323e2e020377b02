package packhorse.core.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonNull;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;

final class JsonTextTest {
    @Test
    void whatIsWrittenIsReadBack() {
        Json value = JsonObject.of(Map.of(
                "text", new JsonString("a \"line\"\nand \\ another\t\u0001\u2028</script> ü 😀"),
                "list", new JsonArray(List.of(new JsonInteger(-7), new JsonBoolean(true), new JsonNull())),
                "none", new JsonArray(List.of()),
                "empty", JsonObject.of(Map.of())));
        assertEquals(value, JsonReader.parse(JsonText.of(value).getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void controlsAndEndsOfScriptsAreEscaped() {
        assertEquals("\"\\n\\u0001\\u2028\\u003c/b>\"", JsonText.of(new JsonString("\n\u0001\u2028</b>")));
        assertEquals("\"a\uFFFDb\"", JsonText.of(new JsonString("a\uD800b")));
    }
}
