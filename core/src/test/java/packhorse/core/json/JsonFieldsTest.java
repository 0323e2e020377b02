package packhorse.core.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class JsonFieldsTest {
    private static JsonFields fields(String text) {
        return JsonFields.of(JsonReader.parse(text.getBytes(UTF_8)), "the file");
    }

    private static void assertSays(String message, Executable question) {
        assertEquals(message, assertThrows(JsonException.class, question).getMessage());
    }

    @Test
    void answersWhatIsThere() {
        JsonFields fields = fields(
                "{\"s\":\"x\",\"i\":7,\"b\":true,\"o\":{\"k\":1},\"a\":[\"p\",\"q\"],\"l\":[{\"n\":1},{\"n\":2}]}");
        assertEquals("x", fields.string("s"));
        assertEquals(7, fields.integer("i", 0, 7));
        assertEquals(true, fields.bool("b"));
        assertEquals(1, fields.object("o").integer("k"));
        assertEquals(List.of("p", "q"), fields.strings("a"));
        assertEquals(
                List.of(1L, 2L),
                fields.objects("l").stream().map(each -> each.integer("n")).toList());
        assertEquals(Optional.empty(), fields.optionalString("none"));
        fields.done();
    }

    @Test
    void saysWhatIsMissingWrongOrUnknown() {
        assertSays("the file is an object, not an array", () -> fields("[]"));
        assertSays("\"s\" is missing in the file", () -> fields("{}").string("s"));
        assertSays(
                "the file.s is a string, not a whole number",
                () -> fields("{\"s\":1}").string("s"));
        assertSays("the file.i is 0 to 6, not 7", () -> fields("{\"i\":7}").integer("i", 0, 6));
        assertSays(
                "the file.o.k is a whole number, not null",
                () -> fields("{\"o\":{\"k\":null}}").object("o").integer("k"));
        assertSays(
                "the file.l[1] is an object, not true or false",
                () -> fields("{\"l\":[{},true]}").objects("l"));
        assertSays(
                "the file.a[0] is a string, not a whole number",
                () -> fields("{\"a\":[1]}").strings("a"));
        assertSays("\"u\" is unknown in the file", () -> fields("{\"u\":1}").done());
        fields("{\"u\":1}").ignoreUnknown().done();
    }
}
