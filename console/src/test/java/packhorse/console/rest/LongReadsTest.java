package packhorse.console.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;

/** Who reads for long keeps nobody else out. */
final class LongReadsTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @Timeout(20)
    void atMostTwoGoOnTogether() throws InterruptedException {
        LongReads reads = LongReads.in(folder, Duration.ofMillis(1));
        CountDownLatch inside = new CountDownLatch(LongReads.AT_ONCE);
        CountDownLatch over = new CountDownLatch(1);
        Thread[] readers = new Thread[LongReads.AT_ONCE];
        for (int i = 0; i < readers.length; i++) {
            readers[i] = Thread.ofVirtual()
                    .start(() -> reads.read(() -> {
                        inside.countDown();
                        try {
                            over.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        return true;
                    }));
        }
        inside.await();
        Turned turned = assertThrows(Turned.class, () -> reads.read(() -> "me too"));
        assertEquals(Problem.Kind.AWAY, turned.kind());
        assertEquals(Optional.of(Duration.ofSeconds(10)), turned.waiting());
        over.countDown();
        for (Thread reader : readers) {
            reader.join();
        }
        assertEquals("now", reads.read(() -> "now"));
        assertThrows(
                IllegalStateException.class,
                () -> reads.read(() -> {
                    throw new IllegalStateException("what breaks leaves its place");
                }));
        for (int i = 0; i < LongReads.AT_ONCE; i++) {
            assertEquals("still", reads.read(() -> "still"));
        }
    }

    @Test
    @Timeout(20)
    void atMostSixteenFilesAreOnTheirWay() throws IOException, InterruptedException {
        LongReads reads = LongReads.in(folder.resolve("tmp"));
        try (SlowReaders slow = new SlowReaders(reads)) {
            assertEquals(LongReads.ON_THEIR_WAY, slow.waiting());
            assertEquals(LongReads.ON_THEIR_WAY, files());
            Answer.File another = reads.made("text/plain", Optional.empty(), file -> {});
            Turned turned = assertThrows(Turned.class, () -> another.writing().to(new ByteArrayOutputStream()));
            assertEquals(Problem.Kind.AWAY, turned.kind());
            assertEquals(Optional.of(Duration.ofSeconds(10)), turned.waiting());
            assertEquals(LongReads.ON_THEIR_WAY, files());
            assertEquals("now", reads.read(() -> "now"), "what is made lies there, and keeps no look from going on");
        }
        assertEquals(0, files());
        for (int i = 0; i <= LongReads.ON_THEIR_WAY; i++) {
            reads.made("text/plain", Optional.empty(), file -> {}).writing().to(new ByteArrayOutputStream());
        }
    }

    private long files() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("tmp"))) {
            return all.count();
        }
    }

    @Test
    void whatIsOnItsWayIsNobodyElsesAndGoneAfterwardsAndAfterACrash() throws IOException {
        Path tmp = Files.createDirectory(folder.resolve("tmp"));
        Files.writeString(tmp.resolve("answer-123.new"), "left by a kill");
        LongReads reads = LongReads.in(tmp);
        assertEquals(0, files());
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        reads.made("text/plain", Optional.empty(), file -> {
                    try {
                        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                        Files.writeString(file, "all of it");
                    } catch (IOException e) {
                        throw new OperationException("no", e);
                    }
                })
                .writing()
                .to(sent);
        assertEquals("all of it", sent.toString(StandardCharsets.UTF_8));
        assertThrows(
                IllegalStateException.class,
                () -> reads.made("text/plain", Optional.empty(), file -> {
                            throw new IllegalStateException("a broken link");
                        })
                        .writing()
                        .to(sent));
        assertEquals(0, files());
        Path fresh = folder.resolve("a/b/tmp");
        LongReads.in(fresh);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(fresh)));
        assertFalse(Files.exists(folder.resolve("tmp/answer-123.new")));
    }
}
