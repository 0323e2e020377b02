package packhorse.peer.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;
import packhorse.peer.installer.engine.InstallFields;

/** Wherever others' words become a line, they become plain text. */
final class OneLineTest {
    private static final String WORDS = "a\u001b[31mred\u009b2J\r\n\u202egpj.exe\u2028déjà 漢字 \uD83D\uDC34";
    private static final String PLAIN = "a [31mred 2J gpj.exe déjà 漢字 \uD83D\uDC34";

    @Test
    void nothingThatATerminalObeysIsLeft() {
        assertEquals(PLAIN, OneLine.of(WORDS));
        assertEquals(PLAIN, InstallFields.text(WORDS));
        assertEquals("WARN Name: " + PLAIN, StderrLog.line(Level.WARN, "Name", "{}", new Object[] {WORDS}, null));
    }

    @Test
    void whatIsLongIsCut() {
        assertEquals(1001, OneLine.of("x".repeat(2000)).length());
    }
}
