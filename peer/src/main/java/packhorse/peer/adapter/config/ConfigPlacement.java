package packhorse.peer.adapter.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Manifest;
import packhorse.core.durable.Durably;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.config.ConfigSettings.Edit;
import packhorse.peer.adapter.config.Plan.Planned;
import packhorse.peer.adapter.config.Records.Captured;
import packhorse.peer.adapter.config.Records.Origin;

/**
 * Configuration in its place.
 *
 * <p>{@code prepare} fills the variables in and writes the {@link Plan} to staging: from there on what is done depends on no variable,
 * template or clock. {@code capture} keeps every file that will change, whole. {@code apply} first brings the plan and the origins to the
 * home, then replaces file by file. {@code undo} puts the captured files back byte for byte, with mode, owner and time, or takes
 * them away. Where a file is then neither as it was captured nor as it was put in place, somebody else changed it meanwhile: the
 * captured text is restored all the same, since that is what was promised, and the other text is kept beside the file as
 * {@code NAME.packhorse-kept-DIGEST}.
 *
 * <p>Removal brings back, key by key, what the files had before the line's first release, its <em>origin</em>, which every version's
 * home hands on to the next. Files that nobody else touched come back byte for byte.
 */
final class ConfigPlacement implements Placement {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigPlacement.class);

    private final Manifest manifest;
    private final ConfigSettings settings;

    ConfigPlacement(Manifest manifest, ConfigSettings settings) {
        this.manifest = manifest;
        this.settings = settings;
    }

    @Override
    public Set<Path> claims() {
        return settings.edits().stream()
                .map(edit -> Path.of(edit.file()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** What it does to a file it does to the text that it finds there, whoever laid that. */
    @Override
    public Set<Path> edits() {
        return claims();
    }

    @Override
    public boolean undoable() {
        return true;
    }

    // ---- before ----

    @Override
    public List<String> precheck(Workplace here) throws IOException {
        Optional<Plan> placed = new Records(here.disk()).plan(here.home());
        if (here.content().isEmpty() && placed.isPresent()) {
            // Taking off: what is needed is in the home.
            return Looks.problems(here, placed.get(), true);
        }
        Resolving.Resolved resolved = Resolving.plan(settings, here);
        List<String> problems = new ArrayList<>(resolved.faults());
        problems.addAll(Looks.problems(here, resolved.plan(), false));
        return problems;
    }

    @Override
    public List<SpaceNeed> space(Workplace here) throws IOException {
        List<SpaceNeed> needs = new ArrayList<>();
        long kept = 0;
        for (Edit edit : settings.edits()) {
            long bytes;
            try {
                bytes = Seen.of(Places.find(here.root(), edit.file()))
                        .text()
                        .map(text -> (long) text.length())
                        .orElse(0L);
            } catch (AdapterException e) {
                // The precheck says so.
                continue;
            }
            kept += 2 * bytes;
            needs.add(new SpaceNeed(
                    Durably.directoryOf(here.at(edit.file())),
                    bytes + manifest.content().length()));
        }
        needs.add(new SpaceNeed(here.undo(), kept + manifest.content().length()));
        return needs;
    }

    @Override
    public void prepare(Workplace here) throws IOException {
        Resolving.Resolved resolved = Resolving.plan(settings, here);
        if (!resolved.faults().isEmpty()) {
            throw new AdapterException(CodeClass.ENVIRONMENT, resolved.faults().getFirst());
        }
        here.disk().createDirectories(here.staging());
        new Records(here.disk()).plan(here.staging(), resolved.plan());
    }

    // ---- there ----

    @Override
    public void capture(Workplace here) throws IOException {
        Records records = new Records(here.disk());
        here.disk().createDirectories(here.undo());
        here.disk().force(Durably.directoryOf(here.undo()));
        records.forget(here.undo());
        Set<String> files = new LinkedHashSet<>();
        for (Plan plan : List.of(
                records.plan(here.staging()).orElse(Plan.NOTHING), placed(here, records), previous(here, records))) {
            plan.files().forEach(planned -> files.add(planned.file()));
        }
        SortedMap<String, Seen> seen = new TreeMap<>();
        Map<String, String> places = new TreeMap<>();
        Set<String> made = new LinkedHashSet<>();
        for (String file : files) {
            Path place = Places.find(here.root(), file);
            seen.put(file, Seen.of(place));
            places.put(file, below(here, place));
            for (Path directory : FileSetting.missing(place)) {
                made.add(below(here, directory));
            }
        }
        records.captured(here.undo(), new Captured(seen, places, List.copyOf(made), records.home(here.home())));
    }

    @Override
    public Outcome apply(Workplace here) throws IOException {
        Records records = new Records(here.disk());
        Captured captured = captured(here, records);
        Plan fresh = records.plan(here.staging())
                .orElseThrow(() -> new AdapterException(
                        CodeClass.PERMANENT, manifest.id() + " was not prepared; begin the installation anew"));
        Plan old = previous(here, records);
        Origin origin = origin(here, records, captured, fresh, old);
        Becoming becoming = new Becoming(old, fresh, origin.texts());
        expect(here, records, captured, becoming);
        here.disk().createDirectories(here.home());
        here.disk().force(Durably.directoryOf(here.home()));
        records.origin(here.home(), origin);
        records.plan(here.home(), fresh);
        new FileSetting(here.disk())
                .bringDirectories(captured.made().stream().map(here::at).toList());
        long done = 0;
        for (String file : becoming.files()) {
            one(here, becoming, origin, file);
            here.progress().accept(++done);
        }
        unmake(here, previousOrigin(here, records).made(), fresh);
        return Outcome.DONE;
    }

    @Override
    public Outcome activate(Workplace here) {
        // Whoever reads a file reads the new one; a program that reads it at its start needs a hook.
        return Outcome.DONE;
    }

    @Override
    public Outcome remove(Workplace here) throws IOException {
        Records records = new Records(here.disk());
        Captured captured = captured(here, records);
        Plan old = placed(here, records);
        Origin origin = records.origin(here.home());
        Becoming becoming = new Becoming(old, Plan.NOTHING, origin.texts());
        expect(here, records, captured, becoming);
        for (String file : becoming.files()) {
            one(here, becoming, origin, file);
        }
        unmake(here, origin.made(), Plan.NOTHING);
        return Outcome.DONE;
    }

    @Override
    public List<String> verifyRemoved(Workplace here) throws IOException {
        Records records = new Records(here.disk());
        Becoming becoming = new Becoming(
                placed(here, records), Plan.NOTHING, records.origin(here.home()).texts());
        List<String> left = new ArrayList<>();
        for (String file : becoming.files()) {
            Optional<String> now = Seen.of(Places.find(here.root(), file)).text();
            if (!becoming.of(file, now).equals(now)) {
                left.add(file + " still has what the release put there");
            }
        }
        return left.stream().limit(DIFFERENCES_MAX).toList();
    }

    /** Brings one file to what it becomes. */
    private void one(Workplace here, Becoming becoming, Origin origin, String file) throws IOException {
        FileSetting setting = new FileSetting(here.disk());
        Path place = Places.find(here.root(), file);
        Seen now = Seen.of(place);
        Optional<String> text = Looks.next(becoming, file, now);
        Seen wanted = text.isEmpty()
                ? new Seen.Absent()
                : Seen.There.of(
                        text.get(),
                        now,
                        becoming.fresh().find(file),
                        origin.files().get(file),
                        FileSetting.ownerOfNew(place));
        if (!(wanted instanceof Seen.Absent)) {
            setting.makeDirectories(place);
        }
        setting.put(place, wanted);
    }

    /** Writes down what will be put in place, so that undo knows it from what others wrote. Only the first time: later it is there. */
    private static void expect(Workplace here, Records records, Captured captured, Becoming becoming)
            throws IOException {
        if (records.applied(here.undo()).isPresent()) {
            // By a process that may have been ended before its name was on the disk.
            here.disk().force(here.undo());
            return;
        }
        Map<String, String> digests = new TreeMap<>();
        for (String file : becoming.files()) {
            Seen was = captured.files().getOrDefault(file, new Seen.Absent());
            Optional<String> text = Looks.next(becoming, file, was);
            digests.put(file, Seen.digest(text));
        }
        records.applied(here.undo(), digests);
    }

    // ---- afterwards ----

    @Override
    public List<String> verify(Workplace here) throws IOException {
        Records records = new Records(here.disk());
        Plan plan = placed(here, records);
        List<String> differences = new ArrayList<>();
        for (Planned planned : plan.files()) {
            differences.addAll(Looks.differences(here, plan, planned));
        }
        return differences.stream().limit(DIFFERENCES_MAX).toList();
    }

    @Override
    public void mend(Workplace here) throws IOException {
        Records records = new Records(here.disk());
        Plan plan = placed(here, records);
        Becoming becoming = new Becoming(Plan.NOTHING, plan, Map.of());
        Origin origin = records.origin(here.home());
        for (Planned planned : plan.files()) {
            one(here, becoming, origin, planned.file());
        }
    }

    @Override
    public Outcome undo(Workplace here) throws IOException {
        Records records = new Records(here.disk());
        Optional<Captured> captured = records.captured(here.undo());
        if (captured.isEmpty()) {
            // Nothing is changed before everything was captured.
            return Outcome.DONE;
        }
        Map<String, String> applied = records.applied(here.undo()).orElse(Map.of());
        for (Map.Entry<String, Seen> each : captured.get().files().entrySet()) {
            back(here, each.getKey(), captured.get(), applied);
        }
        new FileSetting(here.disk())
                .unmakeDirectories(captured.get().made().stream()
                        .map(directory -> here.at(directory))
                        .toList());
        records.home(here.home(), captured.get().home());
        return Outcome.DONE;
    }

    private void back(Workplace here, String file, Captured captured, Map<String, String> applied) throws IOException {
        FileSetting setting = new FileSetting(here.disk());
        Seen was = captured.files().get(file);
        String recorded = captured.places().get(file);
        if (was == null || recorded == null) {
            throw new IllegalStateException(file + " was captured without its place");
        }
        // Found anew: somebody may have put a link on the way since.
        Path place = Places.find(here.root(), recorded);
        Seen now = Seen.of(place);
        boolean ours = now.digest().equals(was.digest()) || now.digest().equals(applied.get(file));
        if (!ours && now instanceof Seen.There foreign) {
            setting.makeDirectories(place);
            setting.keepBeside(place, foreign);
            LOG.warn(
                    "{} was changed by somebody else while {} was in place; it has its earlier text again, the other"
                            + " is kept beside it",
                    file,
                    manifest.id());
        }
        if (!(was instanceof Seen.Absent)) {
            setting.makeDirectories(place);
        }
        setting.put(place, was);
    }

    @Override
    public void commit(Workplace here) throws IOException {
        new Records(here.disk()).forget(here.undo());
    }

    // ---- what is where ----

    private static Plan placed(Workplace here, Records records) throws IOException {
        return records.plan(here.home()).orElse(Plan.NOTHING);
    }

    /** What the version in place manages: another one's home, or this one's where it is installed again. */
    private static Plan previous(Workplace here, Records records) throws IOException {
        if (here.previous().isPresent()) {
            return records.plan(here.previous().get().home()).orElse(Plan.NOTHING);
        }
        return Plan.NOTHING;
    }

    private static Origin previousOrigin(Workplace here, Records records) throws IOException {
        return here.previous().isPresent()
                ? records.origin(here.previous().get().home())
                : Origin.NONE;
    }

    private Captured captured(Workplace here, Records records) throws IOException {
        return records.captured(here.undo())
                .orElseThrow(() -> new AdapterException(
                        CodeClass.PERMANENT,
                        manifest.id() + " was not captured before it was to be changed; begin it anew"));
    }

    /** What was before the line's first release: as this home or the previous one has it, else as it was captured now. */
    private static Origin origin(Workplace here, Records records, Captured captured, Plan fresh, Plan old)
            throws IOException {
        Origin own = records.origin(here.home());
        Origin handed = previousOrigin(here, records);
        SortedMap<String, Seen> files = new TreeMap<>();
        for (Plan plan : List.of(old, fresh)) {
            for (Planned planned : plan.files()) {
                Seen now = captured.files().getOrDefault(planned.file(), new Seen.Absent());
                Seen before = handed.files().getOrDefault(planned.file(), now);
                files.put(planned.file(), own.files().getOrDefault(planned.file(), before));
            }
        }
        Set<String> made = new LinkedHashSet<>(handed.made());
        made.addAll(own.made());
        made.addAll(captured.made());
        return new Origin(files, List.copyOf(made));
    }

    /** Directories that the line made and the new plan needs no more. */
    private static void unmake(Workplace here, List<String> made, Plan fresh) throws IOException {
        new FileSetting(here.disk())
                .unmakeDirectories(made.stream()
                        .filter(directory -> fresh.files().stream()
                                .noneMatch(planned -> planned.file().startsWith(directory + "/")))
                        .map(here::at)
                        .toList());
    }

    /** A place as an absolute path of the machine. */
    private static String below(Workplace here, Path place) throws IOException {
        return "/" + here.root().toRealPath().relativize(place);
    }
}
