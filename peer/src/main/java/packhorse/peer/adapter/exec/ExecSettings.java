package packhorse.peer.adapter.exec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Phase;
import packhorse.core.content.SafePath;
import packhorse.core.json.JsonFields;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.ReleaseProgram;

/**
 * What a manifest says to the adapter {@code exec}.
 *
 * @param scripts argument vectors; the first word is a file of the release, or an absolute path of the machine
 * @param environment set for each of them
 * @param privileged whether they need the machine's root; else they are confined
 * @param writes absolute directories of the release line's own that confined ones may change
 */
record ExecSettings(
        Map<Script, List<String>> scripts,
        SortedMap<String, String> environment,
        boolean privileged,
        List<String> writes) {
    /** What a release may bring a program for. */
    enum Script {
        INSTALL(Phase.APPLY, Duration.ofMinutes(10)),
        /** Takes back what installing did, wholly or in part, and may be asked again. */
        UNDO(Phase.UNDO, Duration.ofMinutes(10)),
        REMOVE(Phase.APPLY, Duration.ofMinutes(10)),
        /** Only looks. */
        VERIFY(Phase.VERIFY, Duration.ofMinutes(1));

        private final Phase phase;
        private final Duration usual;

        Script(Phase phase, Duration usual) {
            this.phase = phase;
            this.usual = usual;
        }

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        Duration timeout(InstallSection section) {
            return section.timeouts().getOrDefault(phase, usual);
        }
    }

    /** What is written below these is gone at the next start, or is no file. */
    private static final List<Path> NOT_FILES =
            List.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"), Path.of("/run"), Path.of("/tmp"));

    ExecSettings {
        scripts = Collections.unmodifiableMap(new EnumMap<>(scripts));
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        writes = List.copyOf(writes);
    }

    /** @throws IllegalArgumentException with one line */
    static ExecSettings read(InstallSection section) {
        JsonFields fields = JsonFields.of(section.settings(), "settings");
        Map<Script, List<String>> scripts = new EnumMap<>(Script.class);
        for (Script script : Script.values()) {
            if (fields.has(script.word())) {
                List<String> command = fields.strings(script.word());
                ReleaseProgram.requireCommand("settings." + script.word(), command);
                scripts.put(script, command);
            }
        }
        if (!scripts.containsKey(Script.INSTALL)) {
            throw new IllegalArgumentException(
                    "settings.install is missing; name the program that installs, such as [bin/install.sh]");
        }
        SortedMap<String, String> environment = new TreeMap<>();
        fields.optionalObject("environment").ifPresent(variables -> {
            for (String name : variables.keys()) {
                environment.put(name, variables.string(name));
            }
            variables.done();
        });
        ReleaseProgram.requireEnvironment("settings.environment", environment);
        boolean privileged = fields.optionalBool("privileged").orElse(false);
        List<String> writes = fields.has("writes") ? fields.strings("writes") : List.of();
        writes.forEach(ExecSettings::requireOwnPlace);
        if (privileged && !writes.isEmpty()) {
            throw new IllegalArgumentException(
                    "settings.writes is for confined programs; a privileged one writes where it likes: take one line"
                            + " out");
        }
        fields.done();
        return new ExecSettings(scripts, environment, privileged, writes);
    }

    private static void requireOwnPlace(String path) {
        try {
            SafePath.require(path.startsWith("/") ? path.substring(1) : "");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "settings.writes has \"" + path
                            + "\"; write an absolute path such as /opt/acme/app, without \"..\"",
                    e);
        }
        try {
            InstallDisk.requireFree(path);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("settings.writes: " + e.getMessage(), e);
        }
        Path place = Path.of(path);
        if (place.getNameCount() < 2 || NOT_FILES.stream().anyMatch(place::startsWith)) {
            throw new IllegalArgumentException("settings.writes has \"" + path
                    + "\", which is no directory of a release's own; name one such as /opt/acme/app");
        }
    }
}
