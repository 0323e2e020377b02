package packhorse.core.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class WrongSecretsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");

    private final WrongSecrets wrong = new WrongSecrets();

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    @Test
    void fiveMistakesAreFreeAndEachMoreDoublesTheWait() throws UnknownHostException {
        InetAddress from = address("192.0.2.7");
        for (int i = 0; i < WrongSecrets.FREE; i++) {
            wrong.wrong(from, NOW);
            assertEquals(Duration.ZERO, wrong.wait(from, NOW));
        }
        wrong.wrong(from, NOW);
        assertEquals(Duration.ofSeconds(1), wrong.wait(from, NOW));
        wrong.wrong(from, NOW);
        assertEquals(Duration.ofSeconds(2), wrong.wait(from, NOW));
        assertEquals(Duration.ZERO, wrong.wait(from, NOW.plusSeconds(2)));
        assertEquals(Duration.ZERO, wrong.wait(address("192.0.2.8"), NOW));
    }

    @Test
    void nobodyWaitsLongerThanTheBound() throws UnknownHostException {
        InetAddress from = address("192.0.2.7");
        for (int i = 0; i < 60; i++) {
            wrong.wrong(from, NOW);
        }
        assertEquals(WrongSecrets.WAIT_MAX, wrong.wait(from, NOW));
    }

    @Test
    void neighboursInOneIpv6NetworkAreOne() throws UnknownHostException {
        for (int i = 1; i <= 6; i++) {
            wrong.wrong(address("2001:db8::" + i), NOW);
        }
        assertTrue(wrong.wait(address("2001:db8::99"), NOW).isPositive());
        assertEquals(Duration.ZERO, wrong.wait(address("2001:db8:0:1::1"), NOW));
    }

    @Test
    void whatWasLongAgoIsForgotten() throws UnknownHostException {
        InetAddress from = address("192.0.2.7");
        for (int i = 0; i < 6; i++) {
            wrong.wrong(from, NOW);
        }
        Instant later = NOW.plus(Duration.ofHours(1));
        wrong.wrong(from, later);
        assertEquals(Duration.ZERO, wrong.wait(from, later));
    }
}
