package packhorse.core.testing;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Runs a property over many generated cases. Every case has its own seed; a failure names it, and
 * {@code -Dpackhorse.seed=SEED} runs that one case alone.
 */
public final class Cases {
    private static final RandomGeneratorFactory<RandomGenerator> RANDOM =
            RandomGeneratorFactory.of("Xoshiro256PlusPlus");

    private Cases() {}

    /** Runs {@code property} with {@code count} generators of different seeds. */
    public static void run(int count, Consumer<RandomGenerator> property) {
        Long only = Long.getLong("packhorse.seed");
        if (only != null) {
            one(only, property);
            return;
        }
        for (long seed = 1; seed <= count; seed++) {
            one(seed, property);
        }
    }

    private static void one(long seed, Consumer<RandomGenerator> property) {
        try {
            property.accept(RANDOM.create(seed));
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + " (-Dpackhorse.seed=" + seed + "): " + e.getMessage(), e);
        }
    }

    /** {@code length} random bytes. */
    public static byte[] bytes(RandomGenerator random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A copy of {@code bytes} with one bit turned. */
    public static byte[] withFlippedBit(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        return flipped;
    }
}
