package packhorse.peer.adapter.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import packhorse.peer.adapter.InstallDisk;

/**
 * Proves that an operation leaves the old or the new state, and nothing between, wherever it is cut off.
 *
 * <p>It runs the operation once and counts its changes. Then for each of them, or every second of many: a fresh world, the operation, cut off before that
 * change; the power is cut too, if wanted, so that only what was forced is left; {@link Life#recover} as the next process would; and
 * what is there has to look like the world before or after the whole, byte for byte, mode for mode. Then the operation once more,
 * which has to come to the new state.
 *
 * <pre>
 *   EveryStep.in(dir).world(place -&gt; …).life(life).check();          // killed at every change
 *   EveryStep.in(dir).world(place -&gt; …).life(life).powerCut().check(); // and nothing is left but what was forced
 * </pre>
 */
public final class EveryStep {
    /** More changes than this make a test of minutes; use a smaller release. */
    private static final long CHANGES_MAX = 5_000;

    /**
     * A long operation is cut off before every second change; each kind of cut begins at another one, so kills and power cuts together meet
     * all. {@code -Dpackhorse.cutEvery=1} cuts each kind at every change.
     */
    private static final long EVERY = Long.getLong("packhorse.cutEvery", 2);

    /** Shorter operations are cut off everywhere. */
    private static final long ALL_BELOW = 30;

    private final Path scratch;
    private World world = place -> {};
    private Life life = Life.NOTHING;
    private Cut cut = Cut.KILLED;
    private Looks looks = TreePicture::of;

    private long seed;
    private long last = CHANGES_MAX;

    private enum Cut {
        KILLED(0),
        POWER(1),
        PARTLY(0);

        /** The change that it begins at. */
        private final long first;

        Cut(long first) {
            this.first = first;
        }
    }

    /** How the world looks before. */
    @FunctionalInterface
    public interface World {
        /** @param place an empty directory */
        void build(Path place) throws Exception;
    }

    /** What of the world has to be old or new. */
    @FunctionalInterface
    public interface Looks {
        TreePicture of(Path place) throws IOException;
    }

    /** A process's life, each time begun with nothing but the disk. */
    public interface Life {
        Life NOTHING = (place, disk) -> {};

        /** The operation from its beginning to its good end. */
        void operate(Path place, InstallDisk disk) throws Exception;

        /** What the next process does first: completes, or takes back, what was begun. */
        default void recover(Path place, InstallDisk disk) throws Exception {}
    }

    private EveryStep(Path scratch) {
        this.scratch = scratch;
    }

    /** @param scratch an empty directory; a world for each change is made in it, and deleted again */
    public static EveryStep in(Path scratch) {
        return new EveryStep(scratch);
    }

    public EveryStep world(World built) {
        this.world = built;
        return this;
    }

    public EveryStep life(Life lived) {
        this.life = lived;
        return this;
    }

    /** Looks at a part of the world only; the journal's own directory differs, for one. */
    public EveryStep looksAt(Looks looked) {
        this.looks = looked;
        return this;
    }

    /** What was not forced is lost at the cut. */
    public EveryStep powerCut() {
        this.cut = Cut.POWER;
        return this;
    }

    /** What was not forced is lost at the cut, or not, by chance. */
    public EveryStep powerCut(long seeded) {
        this.cut = Cut.PARTLY;
        this.seed = seeded;
        return this;
    }

    /** Cuts at the last changes only: at what is new about this operation, the rest being tried elsewhere. */
    public EveryStep last(long changes) {
        this.last = changes;
        return this;
    }

    /** @return how many changes there are */
    public long check() throws Exception {
        Path whole = Files.createDirectory(scratch.resolve("whole"));
        world.build(whole);
        TreePicture before = looks.of(whole);
        StoppingDisk counting = new StoppingDisk(InstallDisk.real(), Long.MAX_VALUE);
        life.operate(whole, counting);
        TreePicture after = looks.of(whole);
        long changes = counting.count();
        if (changes > CHANGES_MAX) {
            fail(changes + " changes are too many to be cut off at each; use a smaller release");
        }
        if (before.equals(after)) {
            fail("the operation changes nothing");
        }
        long first = Math.max(0, changes - last);
        long every = changes - first < ALL_BELOW ? 1 : EVERY;
        for (long at = first + cut.first % every; at < changes; at += every) {
            one(at, changes, before, after);
        }
        InstallDisk.real().delete(whole);
        return changes;
    }

    /**
     * The same for a process that is killed, one after it that is killed while it recovers, and then the power cut: what the first
     * changed and did not force is seen by the second, and not by the third.
     *
     * <p>Where, is chance; an end that nothing cuts off is among it, for what is said to be done has to be on the disk.
     *
     * @param seeded for chance
     * @param lives how many pairs of cuts
     * @return how many times the second was cut off too
     */
    public long twice(long seeded, int lives) throws Exception {
        Path whole = Files.createDirectory(scratch.resolve("whole"));
        world.build(whole);
        TreePicture before = looks.of(whole);
        StoppingDisk counting = new StoppingDisk(InstallDisk.real(), Long.MAX_VALUE);
        life.operate(whole, counting);
        TreePicture after = looks.of(whole);
        InstallDisk.real().delete(whole);
        RandomGenerator random = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seeded);
        long twice = 0;
        for (int one = 0; one < lives; one++) {
            Path place = Files.createDirectory(scratch.resolve("twice-" + one));
            world.build(place);
            CrashDisk crash = new CrashDisk(InstallDisk.real(), place);
            long first = random.nextLong(counting.count() + 1);
            long second = random.nextLong(Math.max(2, counting.count() / 2));
            String stop = ended(disk -> life.operate(place, disk), crash, first);
            String what = "killed at " + first + ": " + stop;
            String where = ended(disk -> life.recover(place, disk), crash, second);
            what += ", the next at " + second + ": " + where + ", then the power cut (seed " + seeded + ")";
            twice += where.isEmpty() ? 0 : 1;
            crash.crash();
            // What came to its end is on the disk.
            settle(place, what, stop.isEmpty() ? after : before, after);
        }
        return twice;
    }

    private interface Living {
        void on(InstallDisk disk) throws Exception;
    }

    /** Where it was stopped; empty where it was not. */
    private static String ended(Living living, InstallDisk disk, long changes) throws Exception {
        try {
            living.on(new StoppingDisk(disk, changes));
            return "";
        } catch (StoppingDisk.Stopped stopped) {
            return String.valueOf(stopped.getMessage());
        }
    }

    private void one(long at, long changes, TreePicture before, TreePicture after) throws Exception {
        Path place = Files.createDirectory(scratch.resolve("cut-" + at));
        world.build(place);
        CrashDisk crash = cut == Cut.KILLED ? null : new CrashDisk(InstallDisk.real(), place);
        StoppingDisk disk = new StoppingDisk(crash == null ? InstallDisk.real() : crash, at);
        String where;
        try {
            life.operate(place, disk);
            where = "after the last change (it took another course)";
        } catch (StoppingDisk.Stopped stopped) {
            where = stopped.getMessage();
        }
        String what = "cut off at change " + (at + 1) + " of " + changes + ", " + where
                + (cut == Cut.PARTLY ? " (seed " + seed + ")" : "");
        if (crash != null) {
            if (cut == Cut.PARTLY) {
                crash.crash(RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seed + at));
            } else {
                crash.crash();
            }
        }
        settle(place, what, before, after);
    }

    private void settle(Path place, String what, TreePicture before, TreePicture after) throws Exception {
        try {
            life.recover(place, InstallDisk.real());
        } catch (Exception | AssertionError e) {
            throw new AssertionError(what + ": the next process cannot recover: " + e, e);
        }
        TreePicture found = looks.of(place);
        if (!found.equals(before) && !found.equals(after)) {
            List<String> old = found.differences(before);
            List<String> fresh = found.differences(after);
            fail(what + ": neither old nor new\n  against the old: " + String.join("\n    ", old)
                    + "\n  against the new: " + String.join("\n    ", fresh));
        }
        try {
            life.operate(place, InstallDisk.real());
        } catch (Exception | AssertionError e) {
            throw new AssertionError(what + ": the next attempt fails: " + e, e);
        }
        assertEquals(List.of(), looks.of(place).differences(after), what + ": the next attempt ends elsewhere");
        InstallDisk.real().delete(place);
    }
}
