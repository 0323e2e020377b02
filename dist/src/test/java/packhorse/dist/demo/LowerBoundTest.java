package packhorse.dist.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

final class LowerBoundTest {
    private static final ByteRate TWENTY = ByteRate.parse("20Mbit");

    @Test
    void theLineBindsWhereNothingElseIsLimited() {
        LowerBound bound = LowerBound.star(
                ByteCount.parse("256MiB"),
                Optional.empty(),
                3,
                ByteRate.parse("100Mbit"),
                ByteRate.parse("100Mbit"),
                5,
                Optional.empty(),
                ByteCount.parse("512KiB"));

        assertEquals(21.475, bound.seconds(), 0.001);
        assertEquals("each line carries once", bound.binding().what());
    }

    /** The worked example of 20,000 endpoints, 4 GB, 800 sites, an origin of 10 Gbit/s and lines of 20 Mbit/s: 1,600 s. */
    @Test
    void theWorkedExampleComesOut() {
        LowerBound bound = LowerBound.star(
                new ByteCount(4_000_000_000L),
                Optional.of(ByteRate.parse("10Gbit")),
                800,
                TWENTY,
                TWENTY,
                25,
                Optional.of(ByteRate.parse("1Gbit")),
                new ByteCount(0));

        assertEquals(3.2, bound.terms().get(0).seconds(), 0.001);
        assertEquals(1600, bound.terms().get(1).seconds(), 0.001);
        assertEquals(984.6, bound.terms().get(2).seconds(), 0.05);
        assertEquals(1600, bound.seconds(), 0.001);
    }

    @Test
    void aSlowOfficeNetworkBindsAndDelaysTheLastPiece() {
        LowerBound bound = LowerBound.star(
                new ByteCount(10_000_000),
                Optional.empty(),
                1,
                ByteRate.parse("80Mbit"),
                ByteRate.parse("80Mbit"),
                4,
                Optional.of(ByteRate.parse("8Mbit")),
                new ByteCount(1_000_000));

        assertEquals("copies inside an office", bound.binding().what());
        assertEquals(40.0 / 14 + 1, bound.seconds(), 0.001);
    }
}
