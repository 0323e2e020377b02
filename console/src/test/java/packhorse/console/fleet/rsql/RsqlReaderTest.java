package packhorse.console.fleet.rsql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.console.fleet.BadQueryException;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.EndpointFields;
import packhorse.console.fleet.Fields;
import packhorse.console.fleet.Machines;
import packhorse.console.fleet.Query;

final class RsqlReaderTest {
    private static final Fields<EndpointFacts> FIELDS =
            EndpointFields.with(named -> (facts, now) -> List.of("desks", "pilots"));
    private static final EndpointFacts DESKTOP = Machines.desktop(
            7, "berlin", Map.of("env", "prod", "owner", "R&D (north)", "path", "C:\\tools", "star", "a*b"));

    private static Query<EndpointFacts> read(String text) {
        return new RsqlReader().read(text, FIELDS);
    }

    private static boolean fits(String query) {
        return read(query).matches(DESKTOP, Machines.NOON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "site==berlin",
                "site==BERLIN",
                "site==b*n;label.env==prod",
                "site==paris,label.env==prod",
                "site==paris,site==rome,(site==berlin;label.env!=test)",
                "site == paris or site == berlin and label.env == prod",
                "name==pc-08*5",
                "os=in=(windows,linux)",
                "os==debian;os.version=ge=12;os.version<13",
                "os=out=(windows,macos)",
                "kernel=ge=6.1",
                "release.acme/office=ge=2.1",
                "release.acme/office==2.1;release.acme/office!=2.2",
                "release.acme/office==2.*",
                "release.acme/office==2.10.0,release.acme/office==\"2.1\"",
                "releases==acme/*",
                "health.acme/office==drift;transaction.acme/office==COMMITTED",
                "release.acme/other!=*",
                "memory=ge=8GiB;memory=lt=16GiB",
                "memory>=15GiB",
                "disk=gt=400GB;disk=lt=501GB",
                "threads==16",
                "online==yes",
                "lastSeen=gt=2026-01-01",
                "lastSeen==2026-03-01",
                "lastSeen=ge=2026-03-01;lastSeen=le=2026-03-01",
                "lastSeen=lt=2026-03-01T12:00Z;lastSeen>2026-03-01T12:58:00+01:00",
                "lastSeen=gt=now-2m;lastSeen=lt=now-30s",
                "enrolled=le=now-1d",
                "label.env==*",
                "label.none!=*",
                "label.none!=x",
                "label.owner==\"R&D (north)\"",
                "label.owner=='r&d*'",
                "label.path==\"C:\\\\\\\\tools\"",
                "label.star==\"a\\\\*b\"",
                "address==10.1.*;address==2001:db8::7",
                "group==pilots;group!=servers",
                "package.bash=ge=5.1",
                "inventory.disk/sda.bytes==5001*",
                "kind==\"debian 12, Desk 7\"",
                "id==*7",
                "((((site==berlin))))",
            })
    void theDesktopFits(String query) {
        assertTrue(fits(query), query);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "site!=berlin",
                "site==berl",
                "site==ber*x*n",
                "site==berlin*n",
                "site==berlin;label.env==test",
                "label.env==prod and site==paris or site==rome",
                "os=out=(linux)",
                "release.acme/office=gt=2.1",
                "release.acme/office=ge=2.10",
                "release.acme/other==*",
                "release.acme/other=lt=9",
                "memory=ge=16GiB",
                "threads>16",
                "online==no",
                "lastSeen=gt=2026-03-01",
                "lastSeen=lt=2026-03-01",
                "lastSeen=lt=now-1h",
                "agent==*",
                "agent=ge=0.1",
                "label.none==x",
                "label.none==*",
                "label.star==\"a\\\\*\"",
                "group=in=(servers,beta)",
                "package.bash=in=(5.2,5.3)",
                "name==pc-7",
            })
    void theDesktopDoesNotFit(String query) {
        assertFalse(fits(query), query);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        stie==berlin | 1 | an endpoint has no "stie"; did you mean "site"?
        site==berlin;labl.env==prod | 14 | an endpoint has no "labl.env"; did you mean "label.env"?
        site==berlin;  label==prod | 16 | "label" lacks its key; write label.<name>
        site==berlin,label.==prod | 14 | "label." lacks its key
        relase.acme/office==2 | 1 | did you mean "release.acme/office"?
        Site==berlin | 1 | did you mean "site"?
        site=eq=berlin | 5 | "=eq=" is no operator
        memory=gte=4 | 7 | "=gte=" is no operator; did you mean "=gt="?
        memory=GE=4 | 7 | "=GE=" is no operator; did you mean "=ge="?
        site=berlin | 5 | "=" is no operator here
        site~berlin | 5 | "~" is no operator here
        site!berlin | 5 | "!" is no operator here
        release.acme/office==2.0~rc1 | 25 | "~" is no operator here
        site=ge=berlin | 9 | "site" is text, which =ge= does not compare; use == != =in= =out=
        online==maybe | 9 | "online" is yes or no: "maybe" is not yes or no
        memory=ge=lots | 11 | "memory" is an amount of bytes: "lots" is not an amount of bytes
        threads==four | 10 | "threads" is a number: "four" is not a whole number
        release.acme/office=ge=a/b | 24 | "release.acme/office" is a version: "a/b" is not a version
        health.acme/office==drfit | 21 | "drfit" is none of its words; did you mean "drift"?
        lastSeen=gt=yesterday | 13 | "yesterday" is not a time; write 2026-01-31, 2026-01-31T08:00Z, now or now-7d
        lastSeen=gt=2026-02-30 | 13 | "2026-02-30" is not a time
        site==(a,b) | 7 | == takes one value, not 2; use =in= or =out= for a list
        site=in=() | 9 | compared with nothing
        site== | 7 | "site" is compared with nothing; name a value
        site==berlin; | 14 | it ends too early
        (site==berlin | 14 | it ends too early
        site==berlin) | 13 | ")" is not understood here
        site==berlin;;os==linux | 14 | ";os==linux" is not understood here
        site==new york | 11 | "york" is not understood here
        site=="new york | 7 | the quote that begins here is not closed
        site==berlin and | 14 | "and" is not understood here
        """)
    void whatCannotBeReadIsSaidWithItsPlace(String query, int column, String part) {
        BadQueryException e = assertThrows(BadQueryException.class, () -> read(query));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(part), message);
        assertEquals(column, e.column(), message);
        assertTrue(message.startsWith("the query, column " + column + ": "), message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void anEmptyOneAnOverlongOneAndControlsAreRefused() {
        assertTrue(refusal("  ").contains("it is empty"));
        assertTrue(refusal("site==" + "a".repeat(Query.CHARS_MAX)).contains("at most 4096 are read"));
        assertTrue(refusal("site==a\u0000").contains("column 8: the control character U+0000"));
        assertTrue(refusal("site==\"a\u202eb\"").contains("U+202E"));
        assertTrue(refusal("label." + "a".repeat(300) + "==b").contains("a selector has at most 200 characters"));
    }

    private static String refusal(String query) {
        return String.valueOf(
                assertThrows(BadQueryException.class, () -> read(query)).getMessage());
    }

    @Test
    void whatIsTooDeepOrTooManyIsRefusedWithoutAStackOverflow() {
        assertTrue(
                refusal("(".repeat(2_000) + "site==a" + ")".repeat(2_000)).contains("parentheses inside each other"));
        String nested = "site==a";
        for (int i = 0; i < Query.DEPTH_MAX; i++) {
            nested = "(site==b" + (i % 2 == 0 ? ";" : ",") + nested + ")";
        }
        assertTrue(refusal(nested).contains("has 17 levels; at most 16"), nested);
        assertTrue(refusal("site==a" + ";site==a".repeat(Query.COMPARISONS_MAX)).contains("at most 200"));
    }

    @Test
    void theCanonicalTextReadsBackAsTheSameQuery() {
        Query<EndpointFacts> query = read(
                "( site == berlin ) and (os=in=(windows, linux) or label.owner=='R&D (\"north\")') and memory>=8GiB");
        assertEquals(
                "site==berlin;(os=in=(windows,linux),label.owner==\"R&D (\\\"north\\\")\");memory=ge=8GiB",
                query.text());
        assertEquals(query, read(query.text()));
        assertEquals(query.text(), read(query.text()).text());
        assertEquals(Set.of("label.owner", "memory", "os", "site"), query.selectors());
    }

    @Test
    void anyQueryKeepsItsMeaningInItsCanonicalText() {
        Random random = new Random(6);
        for (int i = 0; i < 3_000; i++) {
            Query<EndpointFacts> query = read(some(random, 4));
            Query<EndpointFacts> again = read(query.text());
            assertEquals(query, again);
            assertEquals(query.matches(DESKTOP, Machines.NOON), again.matches(DESKTOP, Machines.NOON), query.text());
        }
    }

    private static final List<String> LEAVES = List.of(
            "site==berlin",
            "site!='ber*'",
            "label.env=in=(a,\"prod\",'x y')",
            "label.star==\"a\\\\*b\"",
            "label.path!=\"C:\\\\\\\\*\"",
            "threads=le=16",
            "lastSeen<now-1m",
            "label.\u00e9t\u00e9=='it\\'s'",
            "release.acme/office==2.*");

    private static String some(Random random, int depth) {
        if (depth == 0 || random.nextInt(3) == 0) {
            return LEAVES.get(random.nextInt(LEAVES.size()));
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            parts.add("(" + some(random, depth - 1) + ")");
        }
        return String.join(random.nextBoolean() ? ";" : " or ", parts);
    }

    @Test
    void noTextMakesItFailOtherwise() {
        Random random = new Random(9);
        String alphabet = "site==ber,;()'\"\\<>!~* andorlbe.=in==out=";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                assertEquals(read(text.toString()), read(read(text.toString()).text()));
            } catch (BadQueryException e) {
                assertTrue(e.column() >= 1 && e.column() <= text.length() + 1, () -> text + ": " + e.getMessage());
            }
        }
    }

    @Test
    void aHundredThousandEndpointsAreAskedWithinSeconds() {
        Query<EndpointFacts> query =
                read("site==ber*;os=in=(windows,linux);release.acme/office=ge=2.0;memory>8GiB;label.env!=test");
        long begun = System.nanoTime();
        int found = 0;
        for (int i = 0; i < 100_000; i++) {
            found += query.matches(DESKTOP, Machines.NOON) ? 1 : 0;
        }
        assertEquals(100_000, found);
        assertTrue(Duration.ofNanos(System.nanoTime() - begun).toSeconds() < 10);
    }
}
