package packhorse.console.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class FiguresTest {
    @Test
    void countsAreInGroupsOfThree() {
        assertEquals("0", Figures.count(0));
        assertEquals("999", Figures.count(999));
        assertEquals("1 200", Figures.count(1_200));
        assertEquals("1 000 000", Figures.count(1_000_000));
    }

    @Test
    void whatWasSetIsShownAsItWasWritten() {
        assertEquals("5 %", Figures.percent(0.05));
        assertEquals("99.9 %", Figures.percent(0.999));
        assertEquals("0.25 %", Figures.percent(0.0025));
        assertEquals("100 %", Figures.percent(1));
        assertEquals("0 %", Figures.percent(0));
    }

    @Test
    void roundingNeverHidesOnWhichSideOfTheLimitARateIs() {
        assertEquals("5.2 %", Figures.measured(0.0522, 0.05));
        assertEquals("5.04 %", Figures.measured(0.0504, 0.05));
        assertEquals("4.95 %", Figures.measured(0.0495, 0.05));
        assertEquals("5.0 %", Figures.measured(0.05, 0.05));
        assertEquals("5.0001 %", Figures.measured(0.050001, 0.05));
    }
}
