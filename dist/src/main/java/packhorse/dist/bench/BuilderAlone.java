package packhorse.dist.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.seeder.build.ContentBuilder;
import packhorse.seeder.build.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The side "builder alone" of {@link PublishBench}, in a process of its own: hashes a file and says how long it took. */
@Command(name = "builder-alone", hidden = true, description = "Hash a file as publish does, and keep nothing.")
final class BuilderAlone implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE")
    private @Nullable Path file;

    @Override
    public Integer call() {
        if (file == null || spec == null) {
            throw new UsageException("no file named");
        }
        long start = System.nanoTime();
        ContentBuilder.hash(file, Progress.none());
        PrintWriter out = spec.commandLine().getOut();
        out.println(System.nanoTime() - start);
        out.flush();
        return 0;
    }
}
