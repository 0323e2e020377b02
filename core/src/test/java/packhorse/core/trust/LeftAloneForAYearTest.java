package packhorse.core.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A deployment that nobody touches for a year still works, and says in time that somebody should. */
final class LeftAloneForAYearTest {
    private static final int WARNED_FROM_DAY = 200;
    private static final int YEAR_DAYS = 365;
    /** Fewer than the origin's own 24, which only makes it harder. */
    private static final int ORIGIN_LOOKS_PER_DAY = 4;

    @TempDir
    private Path temporary;

    @Test
    void atTheEndOfTheYearAClientStillVerifiesAndPeopleWereWarnedFromHalfLife() {
        Path directory = temporary.resolve("repository");
        VerifiedFixture release = VerifiedFixture.release("1.0");
        TurnedClock clock = new TurnedClock(CatalogueFixture.BIRTH);
        try (CatalogueWriter writer = CatalogueFixture.create(directory)) {
            CatalogueFixture.publish(writer, clock.instant(), release);
            byte[] root = writer.root();
            TufClient daily = CatalogueFixture.client(directory, temporary.resolve("daily"), root, clock);
            for (int day = 0; day <= YEAR_DAYS; day++) {
                daily.refresh();
                assertEquals(
                        release.id(), daily.manifest(release.id()).manifest().id());
                int warnings = day >= WARNED_FROM_DAY ? 2 : 0;
                assertEquals(warnings, writer.warnings(clock.instant()).size(), "origin, day " + day);
                assertEquals(warnings, daily.refresh().warnings(clock.instant()).size(), "client, day " + day);
                for (int look = 0; look < ORIGIN_LOOKS_PER_DAY; look++) {
                    clock.turn(Duration.ofDays(1).dividedBy(ORIGIN_LOOKS_PER_DAY));
                    writer.refreshOnline(CatalogueFixture.KEYS.online(), clock.instant());
                }
            }
            TufClient asleep = CatalogueFixture.client(directory, temporary.resolve("asleep"), root, clock);
            assertEquals(List.of(release.id()), asleep.refresh().releases());

            clock.turn(Duration.ofDays(400 - YEAR_DAYS));
            writer.refreshOnline(CatalogueFixture.KEYS.online(), clock.instant());
            TrustException refusal = assertThrows(TrustException.class, daily::refresh);
            assertEquals(TrustException.Kind.EXPIRED, refusal.kind());
        }
    }

    @Test
    void anOriginThatWasOffForAMonthSignsAnewWhenItComesBack() {
        Path directory = temporary.resolve("repository");
        TurnedClock clock = new TurnedClock(CatalogueFixture.BIRTH);
        try (CatalogueWriter writer = CatalogueFixture.create(directory)) {
            TufClient client = CatalogueFixture.client(directory, temporary.resolve("store"), writer.root(), clock);
            client.refresh();
            clock.turn(Duration.ofDays(30));
            assertEquals(
                    TrustException.Kind.FREEZE,
                    assertThrows(TrustException.class, client::refresh).kind());
            writer.refreshOnline(CatalogueFixture.KEYS.online(), clock.instant());
            client.refresh();
        }
    }
}
