package packhorse.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What a stranger's text may do to a terminal: nothing. */
final class PlainTextTest {
    @Test
    void nothingThatATerminalObeysIsLeft() {
        assertEquals(
                "red 31mgreen 2Ja b c end",
                PlainText.line("red\u001b31mgreen\u009b2Ja\u202eb\u2066c\r\n\u0085\u2028end\u0007"));
    }

    @Test
    void textOfAnyLanguageStaysAsItIs() {
        assertEquals("Größe 大きさ مقاس – 5 %", PlainText.line("  Größe 大きさ مقاس – 5 %\t"));
    }
}
