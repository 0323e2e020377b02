package packhorse.tracker.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.message.InventoryCodec;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryItem;
import packhorse.core.state.Inventory;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;

/** Differences are put on where they belong, whatever is lost, repeated or damaged on the way. */
final class InventoryShelfTest {
    private static final EndpointId ONE = EndpointId.parse("00000000000000000000000000000001");

    @TempDir
    Path data;

    private static Inventory changed(RandomGenerator random, Inventory before) {
        SortedMap<String, SortedMap<String, String>> items = new TreeMap<>(before.items());
        for (int i = 0; i < 1 + random.nextInt(6); i++) {
            String key = "item" + random.nextInt(12);
            if (random.nextInt(3) == 0) {
                items.remove(key);
            } else {
                items.put(key, new TreeMap<>(Map.of("value", "v" + random.nextInt(4))));
            }
        }
        return new Inventory(items);
    }

    @Test
    void afterAnyLossAndRepetitionTheShelfHasWhatTheMachineIs() {
        Cases.run(100, random -> {
            Path own = data.resolve("d" + random.nextLong());
            InventoryShelf shelf = InventoryShelf.open(own);
            Inventory now = Inventory.EMPTY;
            long revision = 1_000;
            for (int step = 0; step < 10; step++) {
                Inventory next = changed(random, now);
                List<InventoryDelta> frames = InventoryCodec.frames(revision, revision + 1, next.since(now));
                revision++;
                now = next;
                for (int times = random.nextInt(3); times > 0; times--) {
                    frames.forEach(frame -> shelf.take(ONE, frame));
                }
                // What the endpoint does when it hears what the tracker has.
                if (shelf.revision(ONE) != revision && random.nextBoolean()) {
                    InventoryCodec.frames(0, revision, now.since(Inventory.EMPTY))
                            .forEach(frame -> shelf.take(ONE, frame));
                }
                if (shelf.revision(ONE) == revision) {
                    assertEquals(Optional.of(now), InventoryShelf.inventoryIn(own, ONE));
                }
            }
        });
    }

    @Test
    void aDifferenceOfAnotherBaseChangesNothingAndSaysWhatIsHere() {
        InventoryShelf shelf = InventoryShelf.open(data);
        InventoryDelta stray =
                InventoryDelta.newBuilder().setBase(5).setRevision(6).build();
        assertEquals(0, shelf.take(ONE, stray));
        assertEquals(7, shelf.take(ONE, whole(7, "a")));
        assertEquals(7, shelf.take(ONE, stray));
        assertEquals(8, shelf.take(ONE, withoutA(7, 8)));
        assertEquals(Optional.of(Inventory.EMPTY), InventoryShelf.inventoryIn(data, ONE));
    }

    @Test
    void severalFramesCountWithTheLast() {
        InventoryShelf shelf = InventoryShelf.open(data);
        assertEquals(0, shelf.take(ONE, whole(7, "a").toBuilder().setMore(true).build()));
        assertEquals(7, shelf.take(ONE, whole(7, "b")));
        assertEquals(Set.of("a", "b"), keys());
        // A frame of another revision begins anew.
        assertEquals(7, shelf.take(ONE, whole(9, "x").toBuilder().setMore(true).build()));
        assertEquals(10, shelf.take(ONE, whole(10, "y")));
        assertEquals(Set.of("y"), keys());
    }

    private Set<String> keys() {
        return InventoryShelf.inventoryIn(data, ONE).orElseThrow().items().keySet();
    }

    @Test
    void hostileDifferencesAreNotTaken() {
        InventoryShelf shelf = InventoryShelf.open(data);
        assertEquals(7, shelf.take(ONE, whole(7, "a")));
        InventoryDelta longValue = InventoryDelta.newBuilder()
                .setRevision(8)
                .addChanged(InventoryItem.newBuilder().setKey("a").putFields("f", "v".repeat(3_000)))
                .build();
        for (InventoryDelta bad : List.of(whole(8, ""), whole(8, "k".repeat(300)), longValue, withoutA(0, 0))) {
            assertEquals(7, shelf.take(ONE, bad));
        }
        InventoryDelta.Builder many = InventoryDelta.newBuilder().setRevision(8);
        for (int i = 0; i <= Inventory.ITEMS_MAX; i++) {
            many.addChanged(InventoryItem.newBuilder().setKey("i" + i));
        }
        assertEquals(7, shelf.take(ONE, many.build()));
        assertEquals(7, InventoryShelf.open(data).revision(ONE));
    }

    @Test
    void aDamagedFileIsAskedForAgain() throws IOException {
        InventoryShelf shelf = InventoryShelf.open(data);
        shelf.take(ONE, whole(7, "a"));
        Path file = data.resolve("inventory/" + ONE + ".inventory");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Cases.withFlippedBit(bytes, 8 * 20 + 3));
        assertEquals(0, shelf.take(ONE, withoutA(7, 8)), "everything is wanted");
        assertEquals(8, shelf.take(ONE, whole(8, "b")));
        assertEquals(Set.of("b"), keys());
        assertEquals(Set.of(ONE), InventoryShelf.endpointsIn(data));
    }

    private static InventoryDelta withoutA(long base, long revision) {
        return InventoryDelta.newBuilder()
                .setBase(base)
                .setRevision(revision)
                .addRemoved("a")
                .build();
    }

    private static InventoryDelta whole(long revision, String key) {
        return InventoryDelta.newBuilder()
                .setRevision(revision)
                .addChanged(InventoryItem.newBuilder().setKey(key).putFields("f", "v"))
                .build();
    }
}
