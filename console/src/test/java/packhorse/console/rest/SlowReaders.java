package packhorse.console.rest;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** As many as may have files on their way, each of whom reads nothing until this is closed. */
final class SlowReaders implements AutoCloseable {
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> readers = new ArrayList<>();

    SlowReaders(LongReads reads) throws InterruptedException {
        for (int i = 0; i < LongReads.ON_THEIR_WAY; i++) {
            // One after the other: so that none waits for its look.
            CountDownLatch made = new CountDownLatch(1);
            readers.add(Thread.ofVirtual().start(() -> read(reads, made)));
            made.await();
        }
    }

    /** How many have not been told to go on. */
    long waiting() {
        return readers.stream().filter(Thread::isAlive).count();
    }

    private void read(LongReads reads, CountDownLatch made) {
        Answer.File answer = reads.made("text/plain", Optional.empty(), file -> {
            try {
                Files.writeString(file, "a long story");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try {
            answer.writing().to(new OutputStream() {
                @Override
                public void write(int b) {
                    made.countDown();
                    await();
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    write(0);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        over.countDown();
        for (Thread reader : readers) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
