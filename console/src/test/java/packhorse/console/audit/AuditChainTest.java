package packhorse.console.audit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import packhorse.core.content.Sha256;
import packhorse.core.testing.Cases;

final class AuditChainTest {
    private static final SortedMap<String, String> NOTHING = Collections.emptySortedMap();

    static AuditEntry entry(RandomGenerator random) {
        SortedMap<String, String> details = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            details.put("detail-" + random.nextInt(10), "äö \"quoted\" \\ " + random.nextLong());
        }
        return new AuditEntry(
                Instant.ofEpochMilli(random.nextLong(1L << 42)),
                "person-" + random.nextInt(5),
                "approver",
                "order.approve",
                "CO-2026-" + random.nextInt(10_000),
                details);
    }

    private static List<AuditLink> chain(RandomGenerator random, int length) {
        AuditChain chain = new AuditChain();
        List<AuditLink> links = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            links.add(chain.add(entry(random)));
        }
        return links;
    }

    private static Optional<String> walk(List<AuditLink> links) {
        AuditChain chain = new AuditChain();
        return links.stream().map(chain::follow).flatMap(Optional::stream).findFirst();
    }

    @Test
    void anEntryIsReadAsItWasWritten() {
        Cases.run(500, random -> {
            AuditEntry entry = entry(random);
            assertEquals(entry, AuditEntry.parse(entry.bytes()));
            assertArrayEquals(entry.bytes(), AuditEntry.parse(entry.bytes()).bytes());
        });
    }

    @Test
    void aWholeChainFits() {
        Cases.run(50, random -> assertEquals(Optional.empty(), walk(chain(random, 1 + random.nextInt(20)))));
    }

    @Test
    void aChangedLeftOutRepeatedOrMovedLinkIsSeen() {
        Cases.run(300, random -> {
            List<AuditLink> links = chain(random, 3 + random.nextInt(10));
            int at = random.nextInt(links.size() - 1);
            AuditLink link = links.get(at);
            switch (random.nextInt(5)) {
                case 0 ->
                    links.set(
                            at,
                            new AuditLink(
                                    link.number(),
                                    Cases.withFlippedBit(link.bytes(), random.nextInt(link.bytes().length * 8)),
                                    link.digest()));
                case 1 -> links.remove(at);
                case 2 -> links.add(at, link);
                case 3 -> Collections.swap(links, at, at + 1);
                default ->
                    links.set(at, new AuditLink(link.number(), entry(random).bytes(), link.digest()));
            }
            assertTrue(walk(links).isPresent());
        });
    }

    /** Who rewrites a link and all digests behind it ends with another newest digest. */
    @Test
    void aRewrittenChainEndsWithAnotherDigest() {
        Cases.run(100, random -> {
            List<AuditLink> links = chain(random, 2 + random.nextInt(10));
            AuditChain rewritten = new AuditChain();
            int at = random.nextInt(links.size());
            for (int i = 0; i < links.size(); i++) {
                rewritten.add(
                        i == at ? entry(random) : AuditEntry.parse(links.get(i).bytes()));
            }
            assertTrue(!rewritten.digest().equals(links.getLast().digest()));
        });
    }

    @Test
    void aWalkGoesOnBehindAKnownLink() {
        Cases.run(50, random -> {
            List<AuditLink> links = chain(random, 4);
            AuditChain chain = new AuditChain(2, links.get(1).digest());
            assertEquals(Optional.empty(), chain.follow(links.get(2)));
            assertEquals(Optional.empty(), chain.follow(links.get(3)));
            assertEquals(links.getLast().digest(), chain.digest());
        });
    }

    @Test
    void aBreakNamesTheLinkAndWhatIsWrong() {
        List<AuditLink> links = chain(new SplittableRandom(1), 3);
        links.remove(1);
        assertEquals(Optional.of("after link 1 comes link 3: what stood between is gone"), walk(links));
        String said = walk(List.of(forged("{"))).orElseThrow();
        assertTrue(said.startsWith("link 1 is no audit entry: "), said);
        assertEquals(
                Optional.of("link 1 is not written as an audit entry is"),
                walk(List.of(forged("{\"who\":\"a\",\"at\":1,\"role\":\"b\",\"subject\":\"c\",\"what\":\"d\"}"))));
    }

    /** A link whose digest fits, whatever its bytes. */
    private static AuditLink forged(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MessageDigest digest = Sha256.newDigest();
        digest.update("packhorse-audit-1\n".getBytes(StandardCharsets.US_ASCII));
        digest.update(AuditChain.BEGINNING.bytes());
        digest.update(bytes);
        return new AuditLink(1, bytes, Sha256.ofDigest(digest.digest()));
    }

    @Test
    void anEntrysTextsAreOneLineAndBounded() {
        AuditEntry entry = new AuditEntry(
                Instant.ofEpochSecond(1),
                "anna",
                "approver",
                "order.reject",
                "CO-2026-1",
                new TreeMap<>(Map.of("reason", "first line\nsecond\u001b[2J line")));
        assertEquals("first line second [2J line", entry.details().get("reason"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new AuditEntry(
                        Instant.EPOCH, "x".repeat(AuditEntry.TEXT_LENGTH_MAX + 1), "r", "w", "s", NOTHING));
        SortedMap<String, String> many = new TreeMap<>();
        for (int i = 0; i <= AuditEntry.DETAILS_MAX; i++) {
            many.put("d" + i, "");
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new AuditEntry(Instant.EPOCH, "anna", "approver", "order.reject", "CO-2026-1", many));
    }
}
