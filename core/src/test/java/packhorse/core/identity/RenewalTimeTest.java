package packhorse.core.identity;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;

/** When certificates are renewed: at two thirds of their life, spread so that a fleet does not come at once. */
final class RenewalTimeTest {
    @Test
    void aFleetSpreadsOverATenthToEitherSideOfTwoThirds() {
        Instant start = Instant.parse("2026-11-21T12:00:00Z");
        Cases.run(20, random -> {
            Duration life = Duration.ofHours(1 + random.nextInt(200));
            RemoteIdentity one = new RemoteIdentity(
                    EndpointId.ofBytes(new byte[16]),
                    DeploymentRole.AGENT,
                    "north",
                    BigInteger.ONE,
                    start,
                    start.plus(life));
            double least = 1;
            double most = 0;
            for (int i = 0; i < 500; i++) {
                double share = (double) Duration.between(start, Renewal.when(one, random))
                                .toSeconds()
                        / life.toSeconds();
                least = Math.min(least, share);
                most = Math.max(most, share);
            }
            assertTrue(least >= 0.6 - 0.001 && least < 0.62, "least " + least);
            assertTrue(most <= 0.7334 && most > 0.71, "most " + most);
        });
    }
}
