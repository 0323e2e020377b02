package packhorse.peer.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class OneLineTest {
    @Test
    void nothingThatATerminalObeysIsLeft() {
        assertEquals("a [31mred b", OneLine.plain("a\u001b[31mred\r\nb"));
        assertEquals("title 31m", OneLine.plain("title\u009b31m\u0007"));
        assertEquals("gpj.exe", OneLine.plain("\u202egpj.exe\u2028"));
        assertEquals("déjà 漢字 \uD83D\uDC34", OneLine.plain("déjà 漢字 \uD83D\uDC34"));
    }

    @Test
    void whatIsLongIsCut() {
        assertEquals(1001, OneLine.of("x".repeat(2000)).length());
    }
}
