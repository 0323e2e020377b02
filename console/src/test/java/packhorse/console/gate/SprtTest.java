package packhorse.console.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;

final class SprtTest {
    private static final Sprt TEST = new Sprt(0.01, 0.05, 0.05, 0.05);

    @Test
    void goComesAfterSeventyTwoCleanReportsAtTheEarliest() {
        assertEquals(72, TEST.goTrials(0));
        assertInstanceOf(Sprt.Continue.class, TEST.step(0, 71));
        assertInstanceOf(Sprt.Go.class, TEST.step(0, 72));
        assertEquals(194, new Sprt(0.005, 0.02, 0.05, 0.05).goTrials(0));
    }

    @Test
    void twoFailuresAtOnceAreNoGo() {
        assertEquals(2, TEST.noGoAtOnce());
        assertInstanceOf(Sprt.Continue.class, TEST.step(1, 1));
        assertInstanceOf(Sprt.NoGo.class, TEST.step(2, 2));
    }

    @Test
    void whatItIsExpectedToDoIsAsPublished() {
        Sprt.Outlook good = TEST.outlook(0.01, 3_000);
        assertEquals(0.97, good.go(), 0.005);
        assertEquals(113, good.endpoints(), 1);
        Sprt.Outlook bad = TEST.outlook(0.05, 3_000);
        assertEquals(0.049, bad.go(), 0.001);
        assertEquals(78, bad.endpoints(), 1);
        Sprt.Outlook worse = TEST.outlook(0.10, 3_000);
        assertEquals(30, worse.endpoints(), 1);
        Sprt.Outlook finer = new Sprt(0.005, 0.02, 0.05, 0.05).outlook(0.005, 6_000);
        assertEquals(336.4, finer.endpoints(), 0.1);
    }

    @Test
    void errorsStayWithinWaldsBounds() {
        Cases.run(40, random -> {
            double good = random.nextDouble(0.005, 0.05);
            double bad = good * random.nextDouble(2.5, 6);
            double alpha = random.nextDouble(0.02, 0.2);
            double beta = random.nextDouble(0.02, 0.2);
            Sprt test = new Sprt(good, bad, alpha, beta);
            Sprt.Outlook ifGood = test.outlook(good, 3_000);
            Sprt.Outlook ifBad = test.outlook(bad, 3_000);
            assertTrue(ifGood.noGo() <= alpha / (1 - beta) + 1e-9, test + " stops a good build: " + ifGood);
            assertTrue(ifBad.go() <= beta / (1 - alpha) + 1e-9, test + " lets a bad one through: " + ifBad);
            assertEquals(1, ifGood.go() + ifGood.noGo() + ifGood.undecided(), 1e-9);
        });
    }

    @Test
    void itSaysWhereItTurns() {
        Cases.run(300, random -> {
            double good = random.nextDouble(0.001, 0.1);
            Sprt test = new Sprt(good, good * random.nextDouble(1.5, 8), 0.05, random.nextDouble(0.01, 0.2));
            int trials = random.nextInt(0, 500);
            int failures = (int) Math.min(trials, Math.round(trials * random.nextDouble(0, 3 * good)));
            if (test.step(failures, trials) instanceof Sprt.Continue(long goAt, long noGoAt)) {
                assertTrue(goAt > trials && noGoAt > failures);
                assertInstanceOf(Sprt.Go.class, test.step(failures, goAt));
                assertInstanceOf(Sprt.Continue.class, test.step(failures, goAt - 1));
                assertInstanceOf(Sprt.NoGo.class, test.step(noGoAt, trials + noGoAt - failures));
                assertInstanceOf(Sprt.Continue.class, test.step(noGoAt - 1, trials + noGoAt - 1 - failures));
            }
        });
    }

    @Test
    void reportsThatWeighLessTakeLonger() {
        assertInstanceOf(Sprt.Continue.class, TEST.step(0, 72, 2));
        assertInstanceOf(Sprt.Go.class, TEST.step(0, 143, 2));
        assertInstanceOf(Sprt.Continue.class, TEST.step(2, 2, 2));
    }

    @Test
    void nonsenseIsRefused() {
        ConfidenceBoundsTest.assertRefused("0 < good < bad < 1", () -> new Sprt(0.05, 0.01, 0.05, 0.05));
        ConfidenceBoundsTest.assertRefused("0 < good < bad < 1", () -> new Sprt(0, 0.01, 0.05, 0.05));
        ConfidenceBoundsTest.assertRefused("between 0 and 0.5", () -> new Sprt(0.01, 0.05, 0.5, 0.05));
        ConfidenceBoundsTest.assertRefused(
                "too little for a test", () -> new Sprt(0.01, 0.010000001, 0.05, 0.05).step(0, 1));
        ConfidenceBoundsTest.assertRefused("too far", () -> TEST.outlook(0.01, 1_000_000));
        assertEquals(
                "sequential test: good is 1 %, bad is 5 %, errors 5 % and 5 %; Go after 72 endpoints without a failure"
                        + " at the earliest",
                TEST.line());
    }
}
