package packhorse.console.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.console.evidence.EvidenceVerification;
import packhorse.console.evidence.EvidenceVerification.Verdict;
import packhorse.console.json.Records;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.trust.VerifyingKey;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Evidence: have it from a console, and prove it without one. */
final class EvidenceCommands {
    private static final String KEY_PATH = "/api/v1/reports/evidence-key";

    /** 64 digits and a line's end; whatever is longer is another file. */
    private static final int KEY_FILE_BYTES_MAX = 1_024;

    private EvidenceCommands() {}

    /** {@code packhorse report evidence}. */
    @Command(
            name = "evidence",
            mixinStandardHelpOptions = true,
            description = "All of an order in one signed archive, for an auditor; it is verified once it is here.",
            footer = {"", "Example:", "  packhorse report evidence CO-2026-0001 --out CO-2026-0001.zip"})
    static final class Fetch implements Callable<Integer> {
        @Parameters(paramLabel = "ORDER", description = "Which one, CO-2026-0001.")
        private String order = "";

        @Option(names = "--out", required = true, paramLabel = "FILE", description = "Write it there.")
        private Path out = Path.of("");

        @Option(names = "--replace", description = "Replace FILE, where it is there.")
        private boolean replace;

        @Mixin
        private ConsoleOptions options = new ConsoleOptions();

        @Override
        public Integer call() {
            String path = ReportCommands.orderPath(order) + "/evidence";
            ReportOutput.requireFree(out, replace);
            try (ConsoleClient client = options.client()) {
                String key = ReportCommands.part(client.get(KEY_PATH).body(), "key");
                try (InputStream in = client.stream(path, "application/zip")) {
                    ReportOutput.keep(in, out);
                }
                Verdict verdict = EvidenceVerification.of(out, VerifyingKey.parse(key));
                if (!verdict.isProved()) {
                    throw new OperationException(out + " came and does not prove itself: "
                            + verdict.faults().getFirst());
                }
                Map<String, Object> said = new LinkedHashMap<>();
                said.put("file", out.toString());
                said.put("bytes", Files.size(out));
                said.put("key", key);
                options.show(
                        Records.write(said),
                        () -> options.say("the evidence of " + order + " is in " + out + ", " + size(out)
                                + ", signed with the key " + key));
            } catch (IOException e) {
                throw ReportOutput.cut(e);
            }
            return 0;
        }

        private static String size(Path file) {
            try {
                return new ByteCount(Files.size(file)).toString();
            } catch (IOException e) {
                throw ReportOutput.cut(e);
            }
        }
    }

    /** {@code packhorse report evidence-key}. */
    @Command(
            name = "evidence-key",
            mixinStandardHelpOptions = true,
            description = "The public key by which evidence is verified. Give it to auditors on a way of its own.",
            footer = {"", "Example:", "  packhorse report evidence-key"})
    static final class Key implements Callable<Integer> {
        @Mixin
        private ConsoleOptions options = new ConsoleOptions();

        @Override
        public Integer call() {
            try (ConsoleClient client = options.client()) {
                String body = client.get(KEY_PATH).body();
                options.show(body, () -> options.say(ReportCommands.part(body, "key")));
            }
            return 0;
        }
    }

    /** {@code packhorse report verify-evidence}. */
    @Command(
            name = "verify-evidence",
            mixinStandardHelpOptions = true,
            description = {
                "Prove an evidence pack, or name everything in it that does not fit. No console is asked.",
                "Exit code 0: all of it is proved; 3: it is not."
            },
            footer = {
                "",
                "Examples:",
                "  packhorse report verify-evidence CO-2026-0001.zip --key evidence.pub",
                "  packhorse report verify-evidence CO-2026-0001.zip --key 3b6a…"
            })
    static final class Verify implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "The pack.")
        private Path file = Path.of("");

        @Option(
                names = "--key",
                required = true,
                paramLabel = "KEY",
                description = "The public key, 64 hexadecimal digits, or a file with them in its first line.")
        private String key = "";

        @Option(names = "--json", description = "Print JSON and nothing else.")
        private boolean json;

        @Option(
                names = {"-q", "--quiet"},
                description = "Print nothing but errors.")
        private boolean quiet;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            VerifyingKey by = key(key);
            if (!Files.isRegularFile(file)) {
                throw new UsageException("there is no file " + file);
            }
            Verdict verdict = EvidenceVerification.of(file, by);
            if (json) {
                Map<String, Object> said = new LinkedHashMap<>();
                said.put("proved", verdict.isProved());
                said.put("order", verdict.order());
                said.put("faults", verdict.faults());
                say(Records.write(said));
            } else {
                verdict.faults().stream().skip(1).forEach(this::say);
            }
            if (!verdict.isProved()) {
                List<String> faults = verdict.faults();
                throw new OperationException(file + " is not proved: " + faults.getFirst()
                        + (faults.size() == 1 ? "" : "; and " + (faults.size() - 1) + " faults more"));
            }
            if (!json) {
                say(file + " is proved: the evidence of " + verdict.order()
                        + verdict.head()
                                .map(head -> ", up to decision " + head.number() + " of the audit chain, "
                                        + head.digest().hex())
                                .orElse(""));
            }
            return 0;
        }

        private void say(String line) {
            if (!quiet && spec != null) {
                PrintWriter out = spec.commandLine().getOut();
                out.println(line);
                out.flush();
            }
        }

        private static VerifyingKey key(String text) {
            String digits = text;
            Path named = Path.of(text);
            if (Files.isRegularFile(named)) {
                try (InputStream in = Files.newInputStream(named)) {
                    digits = new String(in.readNBytes(KEY_FILE_BYTES_MAX), StandardCharsets.ISO_8859_1)
                            .lines()
                            .findFirst()
                            .orElse("")
                            .strip();
                } catch (IOException e) {
                    throw new UsageException("cannot read " + text + ": " + DurableFiles.reason(e), e);
                }
            }
            try {
                return VerifyingKey.parse(digits);
            } catch (IllegalArgumentException e) {
                throw new UsageException(
                        "--key " + text + " is no public key, and no file with one: 64 hexadecimal digits are expected;"
                                + " packhorse report evidence-key prints them",
                        e);
            }
        }
    }
}
