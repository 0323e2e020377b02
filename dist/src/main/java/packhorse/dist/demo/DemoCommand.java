package packhorse.dist.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.unit.ByteRate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code packhorse demo}: three offices pull one real file, each once over its line; the numbers, and whether they are true. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Publish a real file, let three offices pull it, show the numbers and check them.",
        footer = {
            "",
            "Everything runs on this machine, each role a process with a loopback address of its own; nothing is left"
                    + " behind but what --json and --reports keep.",
            "Exit code 0 only if every copy is identical and what all sent is what all received.",
            "",
            "Examples:",
            "  packhorse demo",
            "  packhorse demo --content image.iso --sites 5 --wan 200Mbit",
            "  packhorse demo --json figures.json --quiet",
            "  packhorse demo --reports handed-in    the change's reports and evidence stay",
            "  packhorse demo --open                 other BitTorrent clients may download too"
        })
public final class DemoCommand implements Callable<Integer> {
    /** The launcher says whether standard output is a terminal; Java 21 cannot tell. */
    private static final String TERMINAL = "packhorse.terminal";

    @Spec
    @Nullable
    private CommandSpec spec;

    @Option(
            names = "--content",
            paramLabel = "PATH",
            description = "File or directory tree to publish; default: this Java's lib/modules.")
    @Nullable
    private Path content;

    @Option(
            names = "--sites",
            paramLabel = "N",
            defaultValue = "3",
            description = "Offices (default: ${DEFAULT-VALUE}).")
    private int sites;

    @Option(
            names = "--endpoints",
            paramLabel = "N",
            defaultValue = "4",
            description = "Machines in each office beside its site peer (default: ${DEFAULT-VALUE}).")
    private int endpoints;

    @Option(
            names = "--wan",
            paramLabel = "RATE",
            defaultValue = "100Mbit",
            description = "Each office's line, both ways (default: ${DEFAULT-VALUE}).")
    private String wan = "";

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures to FILE.")
    @Nullable
    private Path json;

    @Option(
            names = "--reports",
            paramLabel = "FOLDER",
            description = "Keep the reports and the evidence of the change in FOLDER (default: nothing is left).")
    @Nullable
    private Path reports;

    @Option(names = "--open", description = "Publish with an open swarm, and download it once as an outsider would.")
    private boolean open;

    @Option(names = "--transfer-only", description = "End after the transfer: no change is walked on its road.")
    private boolean transferOnly;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but errors.")
    private boolean quiet;

    @Override
    public Integer call() throws InterruptedException {
        DemoPlan plan = new DemoPlan(readableContent(), sites, endpoints, wanRate(), open);
        Path jsonFile = writableJson();
        Optional<Path> kept = emptyFolder();
        PrintWriter out = quiet || spec == null
                ? new PrintWriter(PrintWriter.nullWriter())
                : spec.commandLine().getOut();
        Report report;
        try (Deployment deployment =
                new Deployment(plan, LoopbackNet.take(ProcessHandle.current().pid()))) {
            Thread onSignal = new Thread(deployment::close, "demo-clean-up");
            Runtime.getRuntime().addShutdownHook(onSignal);
            Demo demo = new Demo(plan, deployment, Boolean.getBoolean(TERMINAL), out);
            report = demo.run();
            report.print(out);
            out.flush();
            if (!transferOnly) {
                demo.walkRoad(kept);
            }
        }
        if (jsonFile != null) {
            try {
                Files.writeString(jsonFile, JsonText.of(report.json()));
            } catch (IOException e) {
                throw new OperationException("cannot write --json " + jsonFile + ": " + e.getMessage(), e);
            }
        }
        if (!report.identical()) {
            throw new OperationException("a copy differs from what was published (see SHA-256 above)");
        }
        if (!report.balanced()) {
            throw new OperationException(
                    "the books do not balance: " + report.differences().getFirst());
        }
        return 0;
    }

    private Path readableContent() {
        Path path = content == null ? Path.of(System.getProperty("java.home"), "lib", "modules") : content;
        String given = content == null ? "this Java's " + path : "--content " + path;
        if (!Files.exists(path)) {
            throw new UsageException(given + " does not exist; name a file or a directory");
        }
        if (!Files.isReadable(path)) {
            throw new UsageException(given + " cannot be read; check its permissions or name another file");
        }
        try {
            if (Files.isRegularFile(path) && Files.size(path) == 0) {
                throw new UsageException(given + " is empty; name a file with at least one byte");
            }
        } catch (IOException e) {
            throw new UsageException(given + " cannot be read: " + e.getMessage(), e);
        }
        return path.toAbsolutePath();
    }

    private ByteRate wanRate() {
        try {
            return ByteRate.parse(wan);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--wan " + e.getMessage(), e);
        }
    }

    /** Before anything runs: what cannot be kept at the end would be lost with the rest. */
    private Optional<Path> emptyFolder() {
        if (reports == null) {
            return Optional.empty();
        }
        if (transferOnly) {
            throw new UsageException("--reports and --transfer-only: the transfer alone has no change to report on;"
                    + " leave one of them out");
        }
        Path folder = reports.toAbsolutePath();
        try {
            Files.createDirectories(folder);
            try (Stream<Path> there = Files.list(folder)) {
                if (there.findAny().isPresent()) {
                    throw new UsageException("--reports " + reports + " is not empty; name another folder");
                }
            }
            if (!Files.isWritable(folder)) {
                throw new UsageException("--reports " + reports + " cannot be written; name another folder");
            }
        } catch (IOException e) {
            throw new UsageException(
                    "--reports " + reports + " cannot be made: " + DurableFiles.reason(e) + "; name another folder", e);
        }
        return Optional.of(folder);
    }

    private @Nullable Path writableJson() {
        if (json == null) {
            return null;
        }
        Path file = json.toAbsolutePath();
        Path folder = file.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException("--json " + json + ": its folder does not exist; make it or name another file");
        }
        if (Files.isDirectory(file) || !Files.isWritable(Files.exists(file) ? file : folder)) {
            throw new UsageException("--json " + json + " cannot be written; name another file");
        }
        return file;
    }
}
