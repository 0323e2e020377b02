package packhorse.console.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import packhorse.console.report.Format;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;
import picocli.CommandLine.Option;

/** As what a report is written, and where to. */
final class ReportOutput {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "html, csv, json or text (default: as --out's name ends, else text).")
    private @Nullable String format;

    @Option(
            names = "--table",
            paramLabel = "NAME",
            description = "Which table, with --format csv (default: the report's first).")
    private @Nullable String table;

    @Option(names = "--out", paramLabel = "FILE", description = "Write it there (default: the standard output).")
    private @Nullable Path out;

    @Option(names = "--replace", description = "Replace FILE, where it is there.")
    private boolean replace;

    /** Writes the console's report. */
    void write(ConsoleOptions options, String path, List<String> query) {
        Format wanted = format(options);
        List<String> asked = new ArrayList<>(query);
        asked.add("format=" + wanted.word());
        if (wanted == Format.TEXT) {
            asked.add("columns=" + Screen.columns());
        }
        if (table != null) {
            asked.add("table=" + Places.escaped(table));
        }
        if (out != null) {
            requireFree(out, replace);
        }
        try (ConsoleClient client = options.client();
                InputStream in = client.stream(path + "?" + String.join("&", asked), wanted.mediaType())) {
            if (out != null) {
                keep(in, out);
                options.say("written to " + out);
            } else if (!options.quiet()) {
                Reader text = new InputStreamReader(in, StandardCharsets.UTF_8);
                text.transferTo(options.out());
                if (wanted == Format.JSON) {
                    options.out().println();
                }
                options.out().flush();
            }
        } catch (IOException e) {
            throw cut(e);
        }
    }

    private Format format(ConsoleOptions options) {
        try {
            if (format != null) {
                return Format.parse(format);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException("--format " + e.getMessage(), e);
        }
        return Optional.ofNullable(out)
                .map(file -> String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT))
                .flatMap(name -> List.of(Format.values()).stream()
                        .filter(one -> name.endsWith("." + one.word()))
                        .findFirst())
                .orElse(options.json() ? Format.JSON : Format.TEXT);
    }

    /** Before anything is asked: nothing is overwritten by mistake, and nobody waits for what cannot be kept. */
    static void requireFree(Path file, boolean replace) {
        if (Files.isDirectory(file)) {
            throw new UsageException(file + " is a directory; name a file");
        }
        if (!replace && Files.exists(file)) {
            throw new UsageException(file + " is there already; name another file, or write --replace");
        }
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
        if (!Files.isDirectory(folder)) {
            throw new UsageException("the folder of " + file + " does not exist; make it first");
        }
        if (!Files.isWritable(folder)) {
            throw new UsageException("nothing can be written beside " + file + "; name another folder");
        }
    }

    /** All of it or nothing. */
    static void keep(InputStream in, Path file) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    static OperationException cut(IOException e) {
        return new OperationException("cannot write what the console sent: " + DurableFiles.reason(e), e);
    }
}
