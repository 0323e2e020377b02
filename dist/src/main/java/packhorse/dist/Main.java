package packhorse.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program {@code packhorse}: assembles every role's commands and turns what they throw into one line and an exit code.
 *
 * <p>Exit codes: 0 fine, 2 bad usage or input, 3 failed, 130 interrupted. An expected failure prints its message and nothing
 * else; an unexpected one names a file with the trace, and {@code PACKHORSE_DEBUG=1} prints the trace itself.
 */
@Command(
        name = "packhorse",
        description = "Carries signed packages and images to every endpoint, once over each WAN link.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        footer = {
            "",
            "Examples:",
            "  packhorse demo                        three offices pull one real file; the numbers are shown",
            "  packhorse help publish                what a command takes, with examples"
        })
public final class Main implements Callable<Integer> {
    static final int FINE = 0;
    static final int USAGE = 2;
    static final int FAILED = 3;
    static final int INTERRUPTED = 130;

    /** The commands' own lines are up to 100 columns long, and options stand before them; 80 would break each twice. */
    private static final int USAGE_COLUMNS = 130;

    /** More would be a list, which help shows better. */
    private static final int SUGGESTIONS_MAX = 3;

    /** Commands that stay: their log is their output. All others speak for themselves and log only what went wrong. */
    private static final Set<String> ROLES = Set.of("tracker", "origin", "peer", "console", "up");

    /** For whoever starts roles as processes. */
    static final String WHILE_STDIN_OPEN = "--while-stdin-open";

    @Option(
            names = WHILE_STDIN_OPEN,
            hidden = true,
            description = "End when standard input does: whoever started this process holds the other end.")
    private boolean whileStdinOpen;

    private Main() {}

    public static void main(String[] args) {
        exit(run(args, writer(System.out), writer(System.err)));
    }

    /** Runs one command line and returns its exit code. */
    static int run(String[] args, PrintWriter out, PrintWriter err) {
        boolean debug = "1".equals(System.getenv("PACKHORSE_DEBUG"));
        if (System.getProperty("packhorse.log.level") == null) {
            boolean role = CommandTree.command(args).filter(ROLES::contains).isPresent();
            System.setProperty("packhorse.log.level", debug ? "DEBUG" : role ? "INFO" : "ERROR");
        }
        Main main = new Main();
        return settled(CommandTree.forLine(main, args))
                .setOut(out)
                .setErr(err)
                .setExecutionStrategy(parsed -> {
                    if (main.whileStdinOpen) {
                        ParentWatch.start(System.in);
                    }
                    return new CommandLine.RunLast().execute(parsed);
                })
                .setParameterExceptionHandler((e, given) -> {
                    err.println("packhorse: " + badUsage(e));
                    return USAGE;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, err, debug))
                .execute(args);
    }

    /** Every command there is. */
    static CommandLine commandLine() {
        return settled(CommandTree.whole(new Main()));
    }

    /** Each option by its full name: an abbreviation would break when a longer one comes. */
    private static CommandLine settled(CommandLine program) {
        return program.setAbbreviatedOptionsAllowed(false)
                .setAbbreviatedSubcommandsAllowed(false)
                .setUsageHelpWidth(USAGE_COLUMNS);
    }

    @Override
    public Integer call() {
        throw new UsageException("no command given; packhorse help lists them, packhorse demo shows what it is for");
    }

    private static String badUsage(ParameterException e) {
        CommandLine command = e.getCommandLine();
        StringBuilder line = new StringBuilder(oneLine(e.getMessage()));
        if (e instanceof UnmatchedArgumentException unmatched) {
            boolean option = unmatched.isUnknownOption();
            boolean group = !option && !command.getSubcommands().isEmpty();
            line = new StringBuilder(option ? "unknown option " : group ? "unknown command " : "unexpected argument ")
                    .append(String.join(" ", unmatched.getUnmatched()));
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                line.append("; did you mean ")
                        .append(String.join(
                                " or ", suggestions.subList(0, Math.min(SUGGESTIONS_MAX, suggestions.size()))))
                        .append('?');
            }
        }
        String name = command.getCommandSpec().qualifiedName().replaceFirst("^packhorse ?", "");
        return line.append("; see packhorse help")
                .append(name.isEmpty() ? "" : " " + name)
                .toString();
    }

    private static int failed(Exception e, PrintWriter err, boolean debug) {
        if (debug) {
            e.printStackTrace(err);
        }
        return switch (e) {
            case UsageException usage -> {
                err.println("packhorse: " + oneLine(usage.getMessage()));
                yield USAGE;
            }
            case OperationException operation -> {
                err.println("packhorse: " + oneLine(operation.getMessage()));
                yield FAILED;
            }
            case InterruptedException interrupted -> INTERRUPTED;
            default -> {
                err.println("packhorse: unexpected: " + oneLine(e.toString()) + "; " + (debug ? "" : traceFile(e)));
                yield FAILED;
            }
        };
    }

    private static String traceFile(Exception e) {
        try {
            Path file = Files.createTempFile("packhorse-", ".trace");
            try (PrintWriter trace = new PrintWriter(Files.newBufferedWriter(file))) {
                e.printStackTrace(trace);
            }
            return "the trace is in " + file + ", please report it";
        } catch (IOException unwritable) {
            return "run again with PACKHORSE_DEBUG=1 to see the trace";
        }
    }

    private static String oneLine(@org.jspecify.annotations.Nullable String message) {
        return message == null ? "" : message.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    /** The one place that ends the process. */
    static void exit(int code) {
        System.exit(code);
    }

    /** The version the build wrote into the jar, and the Java that runs it. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            Properties properties = new Properties();
            try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
                if (in != null) {
                    properties.load(in);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new String[] {
                "packhorse " + properties.getProperty("version", "unknown") + " (Java " + Runtime.version() + ")"
            };
        }
    }
}
