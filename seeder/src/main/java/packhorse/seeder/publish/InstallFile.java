package packhorse.seeder.publish;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Pattern;
import packhorse.core.UsageException;
import packhorse.core.config.Located;
import packhorse.core.config.Place;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Dependency;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.InstallSection.Phase;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.SafePath;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.Durations;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.Placement;
import packhorse.peer.hook.HookRunner;
import packhorse.seeder.build.SourcePlan;

/**
 * How a release is put in place, as its publisher wrote it.
 *
 * <p>What can be told from the file alone is checked while it is read, the rest against the source that it is published with; both
 * before anything is hashed or sent, and every error points at its line. The adapter that will read the settings on the machines
 * reads them here first.
 */
public final class InstallFile {
    /** A hook that says nothing; stopping and starting a service takes seconds. */
    static final Duration HOOK_TIMEOUT = Duration.ofMinutes(1);

    /** As every shell takes it. */
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    /** Adapters that unpack a single file, so that there may be files inside that the source does not show. */
    private static final Set<String> UNPACKING = Set.of("archive");

    private static final String IMAGE = "image";

    private static final int EXECUTABLE = 0111;

    private final Path file;
    private final InstallSection section;
    private final Adapters adapters;
    private final Optional<Adapter> adapter;
    private final Place adapterPlace;
    private final Place settingsPlace;
    private final Place hooksPlace;
    private final List<Located<String>> programs;

    private InstallFile(
            Path file, YamlMap yaml, InstallSection section, Adapters adapters, List<Located<String>> programs) {
        this.file = file;
        this.section = section;
        this.adapters = adapters;
        this.adapter = adapters.find(section.adapter());
        this.adapterPlace = yaml.place("adapter");
        this.settingsPlace = yaml.place("settings");
        this.hooksPlace = yaml.place("hooks");
        this.programs = List.copyOf(programs);
    }

    /**
     * Reads YAML (or JSON, which is YAML).
     *
     * @param adapters those of this program
     * @param added names of adapters that the machines have and this program has not; their settings go unchecked
     * @throws UsageException with file, line and column of what is wrong
     */
    public static InstallFile read(Path file, Adapters adapters, Set<String> added) {
        YamlMap yaml = YamlDocument.read(file);
        List<Located<String>> programs = new ArrayList<>();
        String adapter = yaml.string("adapter");
        InstallSection section;
        try {
            section = new InstallSection(
                    adapter,
                    settings(yaml),
                    hooks(yaml, programs),
                    returnCodes(yaml),
                    timeouts(yaml),
                    yaml.optionalList("conflicts", Dependency::parse),
                    yaml.optionalByteCount("disk").map(ByteCount::bytes).orElse(0L),
                    yaml.optional("activation", word -> one(Activating.class, word))
                            .orElse(Activating.WITH_INSTALL),
                    yaml.optional("drift", word -> one(Drift.class, word)).orElse(Drift.REPORT),
                    yaml.optionalList("requires", InstallFile::absolute));
        } catch (IllegalArgumentException e) {
            throw yaml.error("adapter", String.valueOf(e.getMessage()));
        }
        yaml.finish();
        if (adapters.find(adapter).isEmpty() && !added.contains(adapter)) {
            throw yaml.error(
                    "adapter",
                    "there is no adapter \"" + adapter + "\" here, only " + names(adapters)
                            + "; if the machines have it, say --allow-adapter " + adapter);
        }
        return new InstallFile(file, yaml, section, adapters, programs);
    }

    private static String names(Adapters adapters) {
        StringJoiner names = new StringJoiner(", ").setEmptyValue("none at all");
        adapters.all().forEach(one -> names.add(one.name()));
        return names.toString();
    }

    private static JsonObject settings(YamlMap yaml) {
        if (!yaml.has("settings")) {
            return JsonObject.of(Map.of());
        }
        if (yaml.json("settings") instanceof JsonObject object) {
            return object;
        }
        throw yaml.error("settings", "\"settings\" holds \"key: value\" lines");
    }

    private static Map<HookMoment, Hook> hooks(YamlMap yaml, List<Located<String>> programs) {
        Map<HookMoment, Hook> hooks = new EnumMap<>(HookMoment.class);
        yaml.optionalMap("hooks").ifPresent(all -> {
            for (HookMoment moment : HookMoment.values()) {
                all.optionalMap(word(moment)).ifPresent(one -> hooks.put(moment, hook(moment, one, programs)));
            }
        });
        return hooks;
    }

    private static Hook hook(HookMoment moment, YamlMap yaml, List<Located<String>> programs) {
        List<String> run = vector(yaml, "run", programs);
        Optional<List<String>> undo = yaml.has("undo") ? Optional.of(vector(yaml, "undo", programs)) : Optional.empty();
        boolean changes = yaml.optionalBool("changes").orElse(moment != HookMoment.HEALTH);
        if (changes && moment == HookMoment.HEALTH) {
            throw yaml.error("changes", "a health check only looks, it may run again and again; leave \"changes\" out");
        }
        if (!changes && undo.isPresent()) {
            throw yaml.error("undo", "a hook that changes nothing has nothing to undo; leave \"undo\" out");
        }
        Duration timeout = yaml.optional("timeout", InstallFile::time).orElse(HOOK_TIMEOUT);
        SortedMap<String, String> environment = new TreeMap<>();
        yaml.optionalMap("environment")
                .ifPresent(variables -> variables.keys().forEach(name -> {
                    if (!VARIABLE.matcher(name.value()).matches()) {
                        throw name.place().error("\"" + name.value() + "\" is no variable's name");
                    }
                    environment.put(name.value(), variables.value(name.value(), InstallFile::text));
                }));
        return new Hook(
                run,
                undo,
                changes,
                timeout,
                environment,
                yaml.optionalBool("privileged").orElse(false));
    }

    private static List<String> vector(YamlMap yaml, String key, List<Located<String>> programs) {
        List<Located<String>> words = yaml.located(key, InstallFile::text);
        if (words.isEmpty() || words.getFirst().value().isEmpty()) {
            throw yaml.error(key, "\"" + key + "\" names a program and its arguments, such as [hooks/stop.sh, now]");
        }
        Located<String> program = words.getFirst();
        if (!program.value().startsWith("/")) {
            try {
                SafePath.require(program.value());
            } catch (IllegalArgumentException e) {
                throw program.place()
                        .error(program.value() + ": " + e.getMessage()
                                + "; a program is a path inside the content, or absolute");
            }
            programs.add(program);
        }
        return words.stream().map(Located::value).toList();
    }

    private static SortedMap<Integer, CodeClass> returnCodes(YamlMap yaml) {
        SortedMap<Integer, CodeClass> codes = new TreeMap<>();
        yaml.optionalMap("returnCodes")
                .ifPresent(table -> table.keys().forEach(code -> {
                    int number;
                    try {
                        number = Integer.parseInt(code.value());
                    } catch (NumberFormatException e) {
                        throw code.place().error("\"" + code.value() + "\" is no return code; write a whole number");
                    }
                    if (!Integer.toString(number).equals(code.value())) {
                        throw code.place().error("\"" + code.value() + "\" is written as " + number);
                    }
                    codes.put(number, table.value(code.value(), word -> one(CodeClass.class, word)));
                }));
        return codes;
    }

    private static Map<Phase, Duration> timeouts(YamlMap yaml) {
        Map<Phase, Duration> times = new EnumMap<>(Phase.class);
        yaml.optionalMap("timeouts").ifPresent(all -> {
            for (Phase phase : Phase.values()) {
                all.optional(word(phase), InstallFile::time).ifPresent(time -> times.put(phase, time));
            }
        });
        return times;
    }

    private static Duration time(String text) {
        Duration time = Durations.parse(text);
        if (time.compareTo(Duration.ofSeconds(1)) < 0
                || time.compareTo(InstallSection.TIMEOUT_MAX) > 0
                || time.toMillisPart() != 0) {
            throw new IllegalArgumentException(
                    text + " is not from 1s to " + InstallSection.TIMEOUT_MAX.toHours() + "h in whole seconds");
        }
        return time;
    }

    private static String absolute(String path) {
        if (!path.startsWith("/") || !Path.of(path).normalize().toString().equals(path)) {
            throw new IllegalArgumentException("\"" + path + "\" is no absolute path without detours");
        }
        return path;
    }

    /** What can be an argument of a program. */
    private static String text(String word) {
        if (word.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a program's argument holds no NUL character");
        }
        return word;
    }

    private static String word(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> E one(Class<E> kind, String word) {
        StringJoiner known = new StringJoiner(", ");
        for (E each : kind.getEnumConstants()) {
            if (word(each).equals(word)) {
                return each;
            }
            known.add(word(each));
        }
        throw new IllegalArgumentException("\"" + word + "\" is not known; write one of " + known);
    }

    /** What is signed. */
    public InstallSection section() {
        return section;
    }

    /** The adapters that it was read with. */
    Adapters adapters() {
        return adapters;
    }

    /**
     * Checks it against what it is published with.
     *
     * @param draft the manifest as it will be, but for its digests
     * @throws UsageException that points at what contradicts itself
     */
    void check(SourcePlan plan, Manifest draft) {
        if (section.adapter().equals(IMAGE) && draft.kind() != Kind.IMAGE) {
            throw adapterPlace.error(
                    "the adapter image writes images, and this is published as a package; add --kind image");
        }
        programs.forEach(program -> requireProgram(plan, program));
        adapter.ifPresent(one -> {
            Placement placement;
            try {
                placement = one.read(draft, section);
            } catch (IllegalArgumentException e) {
                throw settingsPlace.error("the adapter " + one.name() + " says: " + e.getMessage());
            }
            try {
                HookRunner.check(section, placement);
            } catch (IllegalArgumentException e) {
                throw hooksPlace.error(String.valueOf(e.getMessage()));
            }
        });
        byte[] document = ManifestCodec.encode(draft);
        if (document.length > ManifestCodec.BYTES_MAX) {
            throw settingsPlace.error("the manifest would have " + document.length + " bytes, and at most "
                    + ManifestCodec.BYTES_MAX + " are read; put long texts into the content");
        }
        try {
            // What nobody could read again is not signed.
            var unused = ManifestCodec.decode(document);
        } catch (packhorse.core.content.BadContentException e) {
            throw settingsPlace.error("this cannot be written into a manifest: " + e.getMessage());
        }
    }

    private void requireProgram(SourcePlan plan, Located<String> program) {
        String path = program.value();
        if (plan.form() == Manifest.Form.FILE && !path.equals(plan.contentName())) {
            if (adapter.isEmpty() || UNPACKING.contains(section.adapter())) {
                return;
            }
            throw program.place()
                    .error("there is no " + path + " in the content, which is the single file " + plan.contentName()
                            + "; publish a tree that holds both, or name a program on the machine by its"
                            + " absolute path");
        }
        int mode = plan.modeOf(path)
                .orElseThrow(() -> program.place()
                        .error("there is no file " + path + " in " + plan.root()
                                + "; put it there, or name a program on the machine by its absolute path"));
        if ((mode & EXECUTABLE) == 0) {
            throw program.place()
                    .error(path + " in " + plan.root() + " is not executable; chmod +x "
                            + plan.root().resolve(path));
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
