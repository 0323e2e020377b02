package packhorse.console.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.console.change.Actor;
import packhorse.console.fleet.rsql.RsqlReader;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Database;
import packhorse.console.ledger.DesiredRow;
import packhorse.console.ledger.Fence;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerConfig;
import packhorse.console.office.AdmissionOffice;
import packhorse.console.office.EntitlementOffice;
import packhorse.console.office.FleetFacts;
import packhorse.console.office.SiteOffice;
import packhorse.console.scheduler.DesiredClerk;
import packhorse.console.scheduler.LeaseClerk;
import packhorse.console.scheduler.ReportClerk;
import packhorse.console.scheduler.Right;
import packhorse.console.scheduler.Transactions;
import packhorse.console.trackers.Roll;
import packhorse.console.trackers.Sighting;
import packhorse.console.trackers.Word;
import packhorse.console.wave.Line;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;

/** What consoles say that share a ledger. */
final class TrackerDeskTest {
    private static final Instant NOW = Instant.parse("2026-03-02T01:00:00Z");
    private static final HostPort TRACKER = HostPort.parse("127.0.0.1:7000", 7000);
    private static final EndpointId ONE = EndpointId.parse("0".repeat(31) + "1");
    private static final EndpointId TWO = EndpointId.parse("0".repeat(31) + "2");

    @TempDir
    private Path folder = Path.of("");

    /** A console, as far as trackers hear it. */
    private record Console(Books books, TrackerDesk desk) implements AutoCloseable {
        static Console open(LedgerConfig config) {
            Books books = new Books(Ledger.open(config), () -> NOW);
            Fence fence = new Fence(books.ledger(), Right.NAME, "one", Duration.ofMinutes(1));
            Transactions transactions = Transactions.of(books, fence);
            FleetFacts facts = new FleetFacts(new RsqlReader());
            return new Console(
                    books,
                    new TrackerDesk(
                            books,
                            new ReportClerk(transactions, () -> {}),
                            new LeaseClerk(
                                    transactions,
                                    new Right(fence, Duration.ZERO, () -> NOW),
                                    new FleetSurroundings(facts)),
                            new DesiredClerk(transactions),
                            facts,
                            new FleetWord(
                                    new SiteOffice(books),
                                    new AdmissionOffice(books, Optional.empty(), new SecureRandom()),
                                    new EntitlementOffice(books)),
                            () -> NOW));
        }

        /** Something is ordered of it; its revision grows by one each time. */
        void order(EndpointId endpoint, int times) {
            Subject subject =
                    Subject.release(new ReleaseId(new ReleaseName("acme", "app"), Version.parse("2.0"), Platform.ANY));
            for (int time = 1; time <= times; time++) {
                DesiredItem item = new DesiredItem(
                        "CO-2026-0001/D1/W1/" + time + ".1",
                        subject,
                        Operation.INSTALL,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Priority.NORMAL,
                        Optional.empty());
                books.<Boolean>write(Actor.product(), pages -> {
                    pages.desired().put(List.of(new DesiredRow(endpoint, Line.of(subject), item)));
                    return true;
                });
            }
        }

        /** A tracker says that the endpoint acts on this. */
        void hears(EndpointId endpoint, long revision) {
            desk.present(new Roll(
                    TRACKER, false, List.of(new Sighting(endpoint, Optional.empty(), NOW, revision)), List.of()));
        }

        /** The number that it says. */
        long says(EndpointId endpoint) {
            Map<EndpointId, Word> words = desk.words(List.of(ONE, TWO));
            return Objects.requireNonNull(words.get(endpoint)).desired().getRevision();
        }

        @Override
        public void close() {
            desk.close();
            books.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void consolesOfARestoredLedgerAgreeOnOneNumber(Database database) {
        LedgerConfig config = database.config(folder);
        try (Console one = Console.open(config);
                Console two = Console.open(config)) {
            one.order(ONE, 5);
            one.order(TWO, 1);
            one.hears(ONE, 9);
            long said = one.says(ONE);
            assertTrue(said > 9, said + " is above what the endpoint has");
            for (int round = 0; round < 3; round++) {
                two.hears(ONE, said);
                assertEquals(said, two.says(ONE));
                one.hears(ONE, two.says(ONE));
                assertEquals(said, one.says(ONE));
            }
            one.order(ONE, 1);
            assertEquals(said + 1, one.says(ONE));
            assertEquals(said + 1, two.says(ONE));
            assertEquals(1, two.says(TWO));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEndpointThatSaysNonsenseKeepsNobodyFromTheirOrders(Database database) {
        try (Console one = Console.open(database.config(folder))) {
            one.order(ONE, 2);
            one.order(TWO, 3);
            for (long nonsense : List.of(Long.MAX_VALUE, (1L << 62) + 1, Long.MIN_VALUE, -1L)) {
                one.hears(ONE, nonsense);
                assertEquals(2, one.says(ONE));
                assertEquals(3, one.says(TWO));
            }
            one.hears(ONE, 1L << 62);
            assertEquals((1L << 62) + 1, one.says(ONE));
            one.order(ONE, 1);
            assertEquals((1L << 62) + 2, one.says(ONE));
        }
    }
}
