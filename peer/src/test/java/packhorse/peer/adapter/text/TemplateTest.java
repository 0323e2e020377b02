package packhorse.peer.adapter.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;
import packhorse.peer.adapter.text.Template.Escape;

/** Variables in texts. */
final class TemplateTest {
    private static final Map<String, String> VARIABLES =
            Map.of("site", "berlin", "tricky", "${site}<\"'&\\", "packhorse.version", "1.2");

    @Test
    void variablesAreFilledInOnceAndNothingElseChanges() {
        assertEquals(
                "a berlin ${site} $x $ {y} 1.2$",
                Template.fill("a ${site} $${site} $x $ {y} ${packhorse.version}$", VARIABLES));
        assertEquals("${site}<\"'&\\", Template.fill("${tricky}", VARIABLES));
    }

    @Test
    void everyByteWithoutAVariableStays() {
        Cases.run(1_000, random -> {
            String text =
                    KeyFormat.text(Cases.bytes(random, random.nextInt(200))).replace("${", "$(");
            assertEquals(text, Template.fillFile(text, VARIABLES, Escape.NONE));
        });
    }

    @Test
    void whatIsUnknownIsNamedWithItsLineAndTheMend() {
        IllegalArgumentException unknown = assertThrows(
                IllegalArgumentException.class,
                () -> Template.fillFile("one\ntwo ${site}\nthree ${proxy}\n", VARIABLES, Escape.NONE));
        assertTrue(
                String.valueOf(unknown.getMessage())
                        .startsWith("line 3: the variable ${proxy} is set for neither this endpoint"),
                unknown.getMessage());
        for (String open : List.of("${", "${site", "${a b}", "${}", "\n${1}")) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> Template.fill(open, VARIABLES), open);
            assertTrue(String.valueOf(refused.getMessage()).contains("$${"), String.valueOf(refused.getMessage()));
        }
    }

    @Test
    void valuesAreEscapedForWhatTheTextIs() {
        assertEquals("&lt;\"".substring(0, 4), Template.fillFile("${v}", Map.of("v", "<"), Escape.XML));
        assertEquals("\"\\\"\\\\\"", Template.fillFile("\"${v}\"", Map.of("v", "\"\\"), Escape.JSON));
        assertEquals("'it'\\''s'", Template.fillFile("${v}", Map.of("v", "it's"), Escape.SHELL));
        for (Escape escape : Escape.values()) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Template.fillFile("${v}", Map.of("v", "a\nb"), escape),
                    escape.name());
        }
    }

    @Test
    void aValueBeyondAsciiIsNotWrittenIntoATextOfAnUnknownEncoding() {
        assertEquals("\u00c3\u00a9", Template.fillFile("${v}", Map.of("v", "\u00e9"), Escape.NONE));
        assertThrows(
                IllegalArgumentException.class,
                () -> Template.fillFile("\u00e9 ${v}", Map.of("v", "\u00e9"), Escape.NONE));
        assertEquals("\u00e9 x", Template.fillFile("\u00e9 ${v}", Map.of("v", "x"), Escape.NONE));
    }
}
