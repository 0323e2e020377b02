package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import packhorse.core.topology.IpAddress;

/** Who is left out after bans were forgotten. */
final class BanBookTest {
    private static IpAddress peer(int number) {
        return IpAddress.parse("10.0.0." + number);
    }

    @Test
    void theFirstStarvationForgivesEverybody() {
        BanBook book = new BanBook();
        assertEquals(1, book.banned(peer(1)));
        assertEquals(1, book.starved());
        assertEquals(Set.of(), book.excluded(List.of(peer(1), peer(2))));
    }

    @Test
    void fromTheSecondOnSuspectsComeOneAtATimeAndTheInnocentAlways() {
        BanBook book = new BanBook();
        book.banned(peer(1));
        book.banned(peer(1));
        book.banned(peer(2));
        book.starved();
        book.starved();
        assertEquals(Set.of(peer(1)), book.excluded(List.of(peer(1), peer(2), peer(3))));
    }

    @Test
    void anHonestPeerGetsItsTurnHoweverManyLie() {
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            List<IpAddress> all = new ArrayList<>();
            for (int i = 1; i <= 8; i++) {
                all.add(peer(i));
            }
            IpAddress honest = all.get(random.nextInt(all.size()));
            BanBook book = new BanBook();
            all.forEach(book::banned);
            book.starved();
            int rounds = 0;
            boolean found = false;
            while (!found) {
                book.starved();
                List<IpAddress> tried = new ArrayList<>(all);
                tried.removeAll(book.excluded(all));
                assertEquals(1, tried.size(), "seed " + seed);
                found = tried.getFirst().equals(honest);
                if (!found && random.nextBoolean()) {
                    book.banned(tried.getFirst());
                }
                rounds++;
                assertTrue(rounds <= 100, "seed " + seed + ": " + rounds + " rounds without the honest peer");
            }
        }
    }
}
