package packhorse.dist.bench;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every benchmark takes. */
final class BenchOptions {
    private static final int ROUNDS_MAX = 99;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(names = "--json", description = "Print every sample and figure as one JSON object.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print the result only, no progress.")
    private boolean quiet;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where to work; default: memory (/dev/shm) where there is room, else the temporary folder.")
    private @Nullable Path dir;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often each side is measured, in turns (default: ${DEFAULT-VALUE}).")
    private int rounds = 3;

    int rounds() {
        if (rounds < 1 || rounds > ROUNDS_MAX) {
            throw new UsageException("--rounds " + rounds + ": give 1 to " + ROUNDS_MAX);
        }
        return rounds;
    }

    /** A folder to work in, with room for {@code needed}. */
    Scratch scratch(ByteCount needed) {
        return Scratch.with(needed, Optional.ofNullable(dir));
    }

    /** Says on the error stream what is going on. */
    void progress(String line) {
        if (!quiet && spec != null) {
            spec.commandLine().getErr().println("bench: " + line);
            spec.commandLine().getErr().flush();
        }
    }

    Integer print(Report report) {
        if (spec != null) {
            spec.commandLine().getOut().println(json ? report.json() : report.table());
            spec.commandLine().getOut().flush();
        }
        return 0;
    }

    static ByteCount size(String text) {
        try {
            ByteCount size = ByteCount.parse(text);
            if (size.bytes() == 0) {
                throw new UsageException("--size " + text + ": give at least 1 byte");
            }
            return size;
        } catch (IllegalArgumentException e) {
            throw new UsageException("--size " + text + ": " + e.getMessage(), e);
        }
    }
}
