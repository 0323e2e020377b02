package packhorse.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import packhorse.console.rest.Health;
import packhorse.console.scheduler.Scheduler;

final class PulseTest {
    private static final Instant NOW = Instant.parse("2026-03-02T01:00:00Z");

    private static Scheduler.Counts looked(Instant at) {
        return new Scheduler.Counts(true, 1, 0, 0, Duration.ZERO, at);
    }

    @Test
    void whoeverAsksHearsThatTheSchedulerDoesNotLookAnyMore() {
        Instant last = NOW.minus(Pulse.LOOKED_MAX);
        Health well = new Pulse(() -> "a page", () -> looked(last.plusMillis(1)), InstantSource.fixed(NOW)).get();
        assertEquals(new Health(true, "here", List.of()), well);
        Health ill = new Pulse(() -> "a page", () -> looked(last), InstantSource.fixed(NOW)).get();
        assertTrue(ill.troubles().getFirst().startsWith("the scheduler has not looked since " + last), ill.toString());
    }

    @Test
    void whoeverAsksHearsThatTheLedgerDoesNotAnswer() {
        Health ill = new Pulse(
                        () -> {
                            throw new IllegalStateException("no connection");
                        },
                        () -> looked(NOW),
                        InstantSource.fixed(NOW))
                .get();
        assertFalse(ill.ledger());
        assertEquals(1, ill.troubles().size());
    }
}
