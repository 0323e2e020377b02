package packhorse.peer.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.BadContentException;

/** A store keeps what it was given, whatever happens in between. */
final class StoreTest {
    @TempDir
    Path dir;

    private Arrival arrival;
    private Path root;

    @BeforeEach
    void publish() {
        arrival = Arrival.of(5, 1_200_000, dir.resolve("catalogue"));
        root = dir.resolve("store");
    }

    @Test
    void aPackArrivesIsProvedAndHeldAndIsThereAfterReopening() throws Exception {
        try (Store store = Store.open(root)) {
            Partial partial = arrival.arriveIn(store);
            assertEquals(1, store.partials().size());
            store.promote(partial, store.verify(partial, read -> {}));
            assertTrue(Files.exists(partial.file()), "the swarm may still read the old place");
            store.discard(arrival.id());
        }
        try (Store store = Store.open(root)) {
            assertHeld(store);
            assertEquals(List.of(), store.partials());
            store.remove(arrival.id());
            assertTrue(store.complete(arrival.id()).isEmpty());
            assertEquals(List.of(), store.packs());
        }
    }

    private void assertHeld(Store store) throws IOException {
        Holding holding = store.complete(arrival.id()).orElseThrow();
        assertArrayEquals(arrival.content(), Files.readAllBytes(holding.content()));
        assertArrayEquals(arrival.torrent().bytes(), holding.torrent());
        assertEquals(1, holding.manifests().size());
        assertArrayEquals(arrival.manifest().bytes(), holding.manifests().getFirst());
    }

    @Test
    void oneFlippedBitIsNotPromoted() throws Exception {
        try (Store store = Store.open(root)) {
            Partial partial = arrival.arriveIn(store);
            byte[] damaged = arrival.content().clone();
            damaged[damaged.length / 2] ^= 1;
            Files.write(partial.file(), damaged);
            assertThrows(BadContentException.class, () -> store.verify(partial, read -> {}));
            assertTrue(store.complete(arrival.id()).isEmpty());
        }
    }

    @Test
    void aNewerFormatAStrangersDirectoryAndASecondProcessAreRefused() throws Exception {
        Store.open(root).close();
        Files.writeString(root.resolve("format"), "packhorse store 2\n");
        assertOneLine(assertThrows(UsageException.class, () -> Store.open(root)), "format 2", root.toString());
        Files.writeString(root.resolve("format"), "what\n");
        assertOneLine(assertThrows(UsageException.class, () -> Store.open(root)), "format");
        Files.writeString(root.resolve("format"), "packhorse store 1\n");
        try (Store store = Store.open(root)) {
            assertOneLine(assertThrows(OperationException.class, () -> Store.open(root)), "in use", root.toString());
            assertEquals(root, store.root());
        }
        Path strangers = Files.createDirectories(dir.resolve("home"));
        Files.writeString(strangers.resolve("letter.txt"), "dear");
        assertOneLine(assertThrows(UsageException.class, () -> Store.open(strangers)), "letter.txt");
        try (Stream<Path> left = Files.list(strangers)) {
            assertEquals(1, left.count(), "the refused directory is as it was");
        }
    }

    private static void assertOneLine(Exception e, String... words) {
        String line = String.valueOf(e.getMessage());
        assertFalse(line.contains("\n"), line);
        for (String word : words) {
            assertTrue(line.contains(word), line);
        }
    }

    @Test
    void aDiskWithoutRoomIsRefusedBeforeTheFirstByte() {
        Disk small = new Disk() {
            @Override
            long usableBytes(Path directory) {
                return 500_000;
            }
        };
        try (Store store = Store.open(root, small)) {
            assertOneLine(
                    assertThrows(OperationException.class, () -> store.partial(arrival.manifest(), arrival.torrent())),
                    "1.1 MiB",
                    "488.3 KiB");
            assertEquals(List.of(), store.partials());
        }
    }

    /** Stops, or fails, at the step it is told, and tears the write it stops in. */
    private static final class FaultyDisk extends Disk {
        private final boolean crash;
        private int stepsLeft;

        FaultyDisk(int steps, boolean crash) {
            this.stepsLeft = steps;
            this.crash = crash;
        }

        boolean ranOut() {
            return stepsLeft < 0;
        }

        private void step() throws IOException {
            if (stepsLeft-- == 0) {
                if (crash) {
                    throw new Crash();
                }
                throw new IOException("No space left on device");
            }
            if (stepsLeft < 0 && crash) {
                throw new Crash();
            }
        }

        @Override
        void write(Path file, byte[] bytes) throws IOException {
            if (stepsLeft == 0) {
                Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
            }
            step();
            super.write(file, bytes);
        }

        @Override
        void createDirectories(Path directory) throws IOException {
            step();
            super.createDirectories(directory);
        }

        @Override
        void link(Path link, Path existing) throws IOException {
            step();
            super.link(link, existing);
        }

        @Override
        void rename(Path from, Path to) throws IOException {
            step();
            super.rename(from, to);
        }

        @Override
        void force(Path fileOrDirectory) throws IOException {
            step();
            super.force(fileOrDirectory);
        }

        @Override
        void delete(Path fileOrDirectory) throws IOException {
            step();
            super.delete(fileOrDirectory);
        }
    }

    /** The process ends here. */
    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Test
    void aCrashAtAnyStepOfArrivalAndPromotionLosesNothingAndHalfDoesNothing() throws Exception {
        int steps = 0;
        boolean finished = false;
        while (!finished) {
            Path place = dir.resolve("crash" + steps);
            finished = crashesAt(place, steps);
            try (Store store = Store.open(place)) {
                for (Holding held : store.packs()) {
                    assertArrayEquals(arrival.content(), Files.readAllBytes(held.content()), "after step " + steps);
                    assertHeld(store);
                }
                for (Holding partial : store.partials()) {
                    assertArrayEquals(arrival.torrent().bytes(), partial.torrent(), "after step " + steps);
                }
                Partial again = store.complete(arrival.id()).isEmpty() ? arrival.arriveIn(store) : null;
                if (again != null) {
                    store.promote(again, store.verify(again, read -> {}));
                    store.discard(arrival.id());
                }
                assertHeld(store);
            }
            steps++;
        }
        assertTrue(steps > 20, "only " + steps + " steps were tried");
    }

    /** Whether everything was done before the step came. */
    private boolean crashesAt(Path place, int steps) throws IOException {
        FaultyDisk disk = new FaultyDisk(steps, true);
        try (Store store = Store.open(place, disk)) {
            Partial partial = arrival.arriveIn(store);
            store.promote(partial, store.verify(partial, read -> {}));
            store.discard(arrival.id());
        } catch (Crash expected) {
            assertTrue(disk.ranOut());
        }
        return !disk.ranOut();
    }

    @Test
    void aFullDiskAtAnyStepIsOneClearLineAndTryingAgainSucceeds() throws Exception {
        int failures = 0;
        for (int steps = 0; steps < 60; steps++) {
            Path place = dir.resolve("full" + steps);
            FaultyDisk disk = new FaultyDisk(steps, false);
            try {
                try (Store store = Store.open(place, disk)) {
                    Partial partial = arrival.arriveIn(store);
                    store.promote(partial, store.verify(partial, read -> {}));
                    store.discard(arrival.id());
                }
            } catch (OperationException e) {
                failures++;
                assertOneLine(e, "No space left on device", place.toString());
            }
            try (Store store = Store.open(place)) {
                if (store.complete(arrival.id()).isEmpty()) {
                    Partial partial = arrival.arriveIn(store);
                    store.promote(partial, store.verify(partial, read -> {}));
                }
                assertHeld(store);
            }
        }
        assertTrue(failures > 20, failures + " failures");
    }
}
