package packhorse.dist.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.unit.ByteCount;

/** Content to measure with: bytes that no program can compress or share, the same in every run. */
final class SampleFile {
    private static final long SEED = 20_260_808;
    private static final int STEP_BYTES = 1 << 20;

    private SampleFile() {}

    /** Writes {@code size} bytes to {@code file}. */
    static Path write(Path file, ByteCount size) {
        SplittableRandom random = new SplittableRandom(SEED);
        ByteBuffer step = ByteBuffer.allocate(STEP_BYTES);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long left = size.bytes(); left > 0; left -= STEP_BYTES) {
                step.clear();
                while (step.hasRemaining()) {
                    step.putLong(random.nextLong());
                }
                out.write(step.array(), 0, (int) Math.min(left, STEP_BYTES));
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All hashes of {@code file}. */
    static ContentHashes hashes(Path file) {
        try (var in = Files.newInputStream(file)) {
            ContentHasher hasher = new ContentHasher(Files.size(file));
            byte[] step = new byte[STEP_BYTES];
            for (int count = in.read(step); count >= 0; count = in.read(step)) {
                hasher.update(step, 0, count);
            }
            return hasher.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
