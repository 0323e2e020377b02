package packhorse.dist.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;

final class BooksTest {
    private static final IpAddress ORIGIN = IpAddress.parse("127.50.0.2");
    private static final IpAddress SITE_PEER = IpAddress.parse("127.50.1.1");
    private static final IpAddress ENDPOINT = IpAddress.parse("127.50.1.11");

    private final Books books = new Books();

    @Test
    void balanceWhenBothEndsSayTheSame() {
        books.enter(ORIGIN, SITE_PEER, 0, 100);
        books.enter(SITE_PEER, ORIGIN, 100, 0);

        assertEquals(List.of(), books.differences());
        assertEquals(100, books.sentInAll());
        assertEquals(100, books.receivedInAll());
    }

    @Test
    void nameTheDirectionThatDiffers() {
        books.enter(ORIGIN, SITE_PEER, 0, 100);
        books.enter(SITE_PEER, ORIGIN, 99, 0);

        assertEquals(
                List.of("127.50.0.2 says it sent 127.50.1.1 100 bytes, which received 99"),
                books.differences().stream().map(Books.Difference::toString).toList());
    }

    @Test
    void differWhenOneEndKnowsOfNothing() {
        books.enter(SITE_PEER, ENDPOINT, 0, 7);

        assertEquals(1, books.differences().size());
    }

    @Test
    void twoErrorsThatCancelInTheSumStillDiffer() {
        books.enter(ORIGIN, SITE_PEER, 0, 100);
        books.enter(SITE_PEER, ORIGIN, 90, 0);
        books.enter(SITE_PEER, ENDPOINT, 0, 90);
        books.enter(ENDPOINT, SITE_PEER, 100, 0);

        assertEquals(books.sentInAll(), books.receivedInAll());
        assertEquals(2, books.differences().size());
    }

    @Test
    void severalConnectionsOfOnePairAreOneAccount() {
        books.enter(ORIGIN, SITE_PEER, 0, 60);
        books.enter(ORIGIN, SITE_PEER, 0, 40);
        books.enter(SITE_PEER, ORIGIN, 100, 0);

        assertEquals(List.of(), books.differences());
    }

    @Test
    void whatCameFromElsewhereIsKeptApartFromWhatCameFromInside() {
        books.enter(SITE_PEER, ORIGIN, 100, 0);
        books.enter(ENDPOINT, SITE_PEER, 80, 5);
        books.enter(SITE_PEER, ENDPOINT, 5, 80);

        Subnet office = Subnet.parse("127.50.1.0/24");
        assertEquals(100, books.receivedBy(office, false));
        assertEquals(85, books.receivedBy(office, true));
    }
}
