package packhorse.peer.adapter.packages;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection.Phase;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Programs.Ended;
import packhorse.peer.adapter.Programs.Frame;
import packhorse.peer.adapter.Workplace;

/** A package system's program, run with the machine's root rights and a small environment, never through a shell. */
public final class Tool {
    /** A whole desktop is installed in less; what takes longer waits for somebody. */
    private static final Duration CHANGE = Duration.ofMinutes(30);

    private static final Duration LOOK = Duration.ofMinutes(2);

    /** What a program says beyond this helps nobody in one line. */
    private static final int WORDS_MAX = 600;

    private final String name;
    private final Map<String, String> environment;

    /** @param environment added to the fixed one */
    public Tool(String name, Map<String, String> environment) {
        this.name = name;
        this.environment = Map.copyOf(environment);
    }

    /** Why it cannot be run here, with the mend. */
    public Optional<String> missing(Workplace here) {
        return here.programs().find(name).isPresent()
                ? Optional.empty()
                : Optional.of("this machine has no " + name
                        + "; install it, or leave packages of its kind to machines that have it");
    }

    /** Runs it to look at something. */
    public Ended look(Workplace here, List<String> arguments) throws IOException {
        return run(here, arguments, LOOK);
    }

    /** Runs it to change something, for as long as the release's phase may take. */
    public Ended change(Workplace here, Phase phase, List<String> arguments) throws IOException {
        return run(here, arguments, here.section().timeouts().getOrDefault(phase, CHANGE));
    }

    private Ended run(Workplace here, List<String> arguments, Duration timeout) throws IOException {
        Path program = here.programs()
                .find(name)
                .orElseThrow(() -> new AdapterException(
                        CodeClass.ENVIRONMENT, missing(here).orElse("this machine has no " + name)));
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(arguments);
        SortedMap<String, String> all = new TreeMap<>(Map.of(
                "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "LC_ALL", "C.UTF-8",
                "HOME", "/root"));
        all.putAll(environment);
        try {
            return here.programs().run(command, new Frame(Path.of("/"), List.of(), List.of(), all, false, timeout));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AdapterException(CodeClass.TRANSIENT, name + " was interrupted with this process; try again", e);
        }
    }

    /** What it said of the trouble, in one line; lines that begin with {@code noise} tell nothing. */
    public static String words(Ended ended, List<String> noise) {
        String said = ended.output()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && noise.stream().noneMatch(line::startsWith))
                .collect(Collectors.joining(" "));
        return said.length() <= WORDS_MAX ? said : said.substring(0, WORDS_MAX) + "…";
    }
}
