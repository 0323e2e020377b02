package packhorse.peer.adapter.exec;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Manifest;
import packhorse.core.content.ReturnCodes;
import packhorse.core.durable.Durably;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.OwnRecord;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.Programs.Ended;
import packhorse.peer.adapter.Programs.Frame;
import packhorse.peer.adapter.ReleaseProgram;
import packhorse.peer.adapter.Verdict;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.WrittenAnywhere;
import packhorse.peer.adapter.exec.ExecSettings.Script;

/**
 * One release that installs itself.
 *
 * <pre>
 *   staging/tree        what prepare laid out; apply moves it into home
 *   home/files          the release's files: where every script starts
 *   home/files.list     their signed list, to compare with later
 *   home/own            the scripts' own directory, nobody's; what install leaves there, undo and remove find
 *   undo/missing        directories that were not there: those of settings.writes and those above
 *   undo/begun          how far it came: laying files, the script that was begun (install or remove), undo once that one did
 *                       its work
 * </pre>
 *
 * <p>Of what a script did outside nobody knows but its counterpart: taking back an installation is the script undo, taking back a removal is
 * the script install once more. Neither is asked where {@code begun} says that there is nothing to take back.
 */
final class ExecPlacement implements Placement {
    /** In {@code begun}, before any script is. */
    private static final String LAYING = "laying";

    private static final int OWN = 0700;
    private static final int WRITTEN = 0755;
    private static final int MARK = 0600;

    private final Manifest manifest;
    private final ExecSettings settings;
    private final ReleaseFiles files;

    ExecPlacement(Manifest manifest, ExecSettings settings) {
        this.manifest = manifest;
        this.settings = settings;
        this.files = new ReleaseFiles(manifest);
    }

    @Override
    public Set<Path> claims() {
        Set<Path> claims = new TreeSet<>();
        settings.writes().forEach(path -> claims.add(Path.of(path)));
        return claims;
    }

    @Override
    public boolean undoable() {
        return settings.scripts().containsKey(Script.UNDO);
    }

    @Override
    public Set<Deed> once() {
        return Set.of(Deed.APPLY, Deed.REMOVE);
    }

    @Override
    public Running running() {
        return settings.privileged() ? Running.PRIVILEGED : Running.CONFINED;
    }

    @Override
    public boolean bringsTree() {
        return true;
    }

    @Override
    public Optional<Path> prepared(Workplace here) {
        return Optional.of(staged(here));
    }

    @Override
    public List<String> precheck(Workplace here) throws IOException {
        List<String> inTheWay = new ArrayList<>();
        settings.scripts().forEach((script, command) -> {
            Path program = Path.of(command.getFirst());
            if (program.isAbsolute() && !(Files.isRegularFile(program) && Files.isExecutable(program))) {
                inTheWay.add(what(script) + " is " + program
                        + ", which is no program of this machine; install what brings it");
            }
        });
        if (!settings.privileged()) {
            here.programs().whyNotConfined().ifPresent(inTheWay::add);
        } else {
            WrittenAnywhere.missing(here).ifPresent(inTheWay::add);
        }
        for (String written : settings.writes()) {
            Path place = here.at(written);
            if (Files.exists(place) && !Files.isDirectory(place)) {
                inTheWay.add(
                        place + " is no directory, and " + manifest.id() + " wants to write into it; move it away");
            }
        }
        return inTheWay;
    }

    @Override
    public List<SpaceNeed> space(Workplace here) {
        return List.of(new SpaceNeed(here.staging(), manifest.content().length()));
    }

    @Override
    public void prepare(Workplace here) throws IOException {
        Path making = here.staging().resolve("tree.making");
        here.disk().delete(making);
        here.disk().delete(staged(here));
        files.layOut(here, content(here.content()), content(here.fileList()), making);
        settings.scripts().forEach((script, command) -> requireFile(script, command.getFirst(), making));
        here.disk().rename(making, staged(here));
        here.disk().force(here.staging());
    }

    private Path content(Optional<Path> path) {
        return path.orElseThrow(() -> new AdapterException(
                CodeClass.TRANSIENT, "the content of " + manifest.id() + " is not here; fetch it again"));
    }

    private void requireFile(Script script, String program, Path tree) {
        Path file = tree.resolve(program);
        if (!program.startsWith("/") && !(Files.isRegularFile(file) && Files.isExecutable(file))) {
            throw new AdapterException(
                    CodeClass.PERMANENT,
                    what(script) + " is " + program
                            + ", which is no executable file of the release; publish it with its mode");
        }
    }

    @Override
    public void capture(Workplace here) throws IOException {
        StringBuilder missing = new StringBuilder();
        for (String written : settings.writes()) {
            for (Path path = Path.of(written); path != null; path = path.getParent()) {
                if (Files.exists(here.at(path.toString()), LinkOption.NOFOLLOW_LINKS)) {
                    break;
                }
                missing.append(path).append('\n');
            }
        }
        mark(here, missing(here), missing.toString());
    }

    @Override
    public Outcome apply(Workplace here) throws IOException {
        mark(here, begun(here), LAYING);
        // What a former attempt of this version left.
        here.disk().delete(filesOf(here));
        here.disk().delete(listOf(here));
        here.disk().createDirectories(here.home());
        here.disk().create(listOf(here), Files.readAllBytes(content(here.fileList())), MARK);
        here.disk().force(listOf(here));
        here.disk().rename(staged(here), filesOf(here));
        here.disk().force(here.staging());
        own(here, ownOf(here), OWN);
        for (String written : settings.writes()) {
            own(here, here.at(written), WRITTEN);
        }
        here.disk().force(here.home());
        mark(here, begun(here), Script.INSTALL.word());
        return changing(Script.INSTALL, here);
    }

    /** A directory that belongs to whom the scripts are; one that is there keeps its owner and mode. */
    private void own(Workplace here, Path directory, int mode) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = Durably.directoryOf(directory);
        Path existing = parent;
        while (!Files.isDirectory(existing)) {
            existing = Durably.directoryOf(existing);
        }
        here.disk().createDirectories(parent);
        here.disk().createDirectory(directory, mode);
        if (!settings.privileged()) {
            here.disk().owner(directory, Programs.NOBODY, Programs.NOBODY);
        }
        here.disk().force(directory);
        for (Path above = parent; above.startsWith(existing); above = Durably.directoryOf(above)) {
            here.disk().force(above);
        }
    }

    @Override
    public Outcome activate(Workplace here) {
        return Outcome.DONE;
    }

    @Override
    public List<String> verify(Workplace here) throws IOException {
        List<String> found = new ArrayList<>(files.differences(listOf(here), filesOf(here)));
        if (found.isEmpty() && settings.scripts().containsKey(Script.VERIFY)) {
            try {
                run(Script.VERIFY, here);
            } catch (AdapterException e) {
                // What only this attempt came up against is no difference.
                if (e.codeClass() == CodeClass.TRANSIENT || e.codeClass() == CodeClass.ENVIRONMENT) {
                    throw e;
                }
                found.add(e.getMessage());
            }
        }
        return found;
    }

    @Override
    public Outcome undo(Workplace here) throws IOException {
        Optional<String> begun = begunOf(here);
        if (begun.filter(Script.REMOVE.word()::equals).isPresent()) {
            Outcome again = changing(Script.INSTALL, here);
            here.disk().delete(begun(here));
            here.disk().force(here.undo());
            return again;
        }
        if (begun.isEmpty()) {
            return Outcome.DONE;
        }
        Outcome back = Outcome.DONE;
        if (begun.filter(Script.INSTALL.word()::equals).isPresent()) {
            if (!undoable()) {
                throw new AdapterException(
                        CodeClass.PERMANENT,
                        manifest.id() + " brings no program that takes back what its installation did; look after "
                                + String.join(", ", settings.writes()) + " yourself");
            }
            back = changing(Script.UNDO, here);
        }
        mark(here, begun(here), Script.UNDO.word());
        for (String path : read(missing(here)).orElse("").lines().toList()) {
            removeNew(here, path);
        }
        here.disk().delete(begun(here));
        here.disk().force(here.undo());
        clearHome(here);
        return back;
    }

    /** What was not there before: the release's own directories whole, those above them where nobody else put something in. */
    private void removeNew(Workplace here, String path) throws IOException {
        Path directory = here.at(path);
        if (settings.writes().contains(path) || isEmpty(directory)) {
            here.disk().delete(directory);
        }
        Path parent = Durably.directoryOf(directory);
        if (Files.isDirectory(parent)) {
            here.disk().force(parent);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            return !all.iterator().hasNext();
        }
    }

    @Override
    public void commit(Workplace here) throws IOException {
        if (begunOf(here).filter(Script.REMOVE.word()::equals).isPresent()) {
            clearHome(here);
        }
        here.disk().delete(missing(here));
        here.disk().delete(begun(here));
        here.disk().force(here.undo());
    }

    @Override
    public Outcome remove(Workplace here) throws IOException {
        if (!settings.scripts().containsKey(Script.REMOVE)) {
            throw new AdapterException(
                    CodeClass.PERMANENT,
                    manifest.id()
                            + " brings no program that removes it; publish one with settings.remove, or remove it by"
                            + " hand");
        }
        mark(here, begun(here), Script.REMOVE.word());
        return changing(Script.REMOVE, here);
    }

    @Override
    public void mend(Workplace here) throws IOException {
        if (!files.differences(listOf(here), filesOf(here)).isEmpty()) {
            Path making = here.home().resolve("files.making");
            here.disk().delete(making);
            here.disk().delete(listOf(here));
            here.disk().create(listOf(here), Files.readAllBytes(content(here.fileList())), MARK);
            here.disk().force(listOf(here));
            files.layOut(here, content(here.content()), listOf(here), making);
            here.disk().delete(filesOf(here));
            here.disk().rename(making, filesOf(here));
            here.disk().force(here.home());
        }
        List<String> left = verify(here);
        if (!left.isEmpty()) {
            throw new AdapterException(
                    CodeClass.PERMANENT,
                    "only its own program can mend " + manifest.id() + ": " + left.getFirst() + "; install it anew");
        }
    }

    private void clearHome(Workplace here) throws IOException {
        for (Path one :
                List.of(filesOf(here), listOf(here), ownOf(here), here.home().resolve("files.making"))) {
            here.disk().delete(one);
        }
        if (Files.isDirectory(here.home())) {
            here.disk().force(here.home());
        }
    }

    /** Runs one that changes something, and brings what it wrote to the disk. */
    private Outcome changing(Script script, Workplace here) throws IOException {
        Outcome outcome = run(script, here);
        if (settings.privileged()) {
            // Where it wrote nobody knows.
            WrittenAnywhere.force(here, Path.of("/"));
            return outcome;
        }
        for (Path written : writable(here)) {
            here.disk().forceTree(written);
        }
        return outcome;
    }

    private Outcome run(Script script, Workplace here) throws IOException {
        List<String> command = new ArrayList<>(settings.scripts().getOrDefault(script, List.of()));
        Path place = filesOf(here);
        if (!Files.isDirectory(place)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    what(script) + " cannot run: somebody took " + place + " away; install it anew");
        }
        command.set(0, place.resolve(command.getFirst()).toString());
        SortedMap<String, String> environment = ReleaseProgram.environment(here);
        environment.putAll(settings.environment());
        environment.put("HOME", ownOf(here).toString());
        environment.put("PACKHORSE_HOME", ownOf(here).toString());
        environment.put("PACKHORSE_OPERATION", script.word());
        boolean looks = script == Script.VERIFY;
        List<Path> writable = writable(here);
        List<Path> readable = new ArrayList<>(ReleaseProgram.readable(here, this, place));
        if (looks) {
            readable.addAll(writable);
        }
        Frame frame = new Frame(
                place,
                looks ? List.of() : writable,
                readable,
                environment,
                !settings.privileged(),
                script.timeout(here.section()));
        return Verdict.of(what(script), ended(command, here, frame), here.section(), ReturnCodes.SCRIPTS);
    }

    private static Ended ended(List<String> command, Workplace here, Frame frame) throws IOException {
        try {
            return here.programs().run(command, frame);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(command.getFirst() + " was interrupted");
        }
    }

    private List<Path> writable(Workplace here) {
        List<Path> places = new ArrayList<>();
        places.add(ownOf(here));
        settings.writes().forEach(written -> places.add(here.at(written)));
        places.removeIf(place -> !Files.isDirectory(place));
        return places;
    }

    private static void mark(Workplace here, Path file, String text) throws IOException {
        here.disk().replace(file, text.getBytes(StandardCharsets.UTF_8), MARK);
    }

    private static Optional<String> read(Path file) throws IOException {
        return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    }

    private static Optional<String> begunOf(Workplace here) throws IOException {
        return Files.exists(begun(here))
                ? Optional.of(OwnRecord.read(begun(here), OwnRecord.Use.UNDO, ExecPlacement::stage))
                : Optional.empty();
    }

    private static String stage(byte[] begun) {
        String stage = new String(begun, StandardCharsets.UTF_8);
        if (!stage.equals(LAYING)
                && Arrays.stream(Script.values()).noneMatch(one -> one.word().equals(stage))) {
            throw new IllegalArgumentException("\"" + stage + "\" is nothing that is begun");
        }
        return stage;
    }

    private static Path staged(Workplace here) {
        return here.staging().resolve("tree");
    }

    private static Path filesOf(Workplace here) {
        return here.home().resolve("files");
    }

    private static Path listOf(Workplace here) {
        return here.home().resolve("files.list");
    }

    private static Path ownOf(Workplace here) {
        return here.home().resolve("own");
    }

    private static Path missing(Workplace here) {
        return here.undo().resolve("missing");
    }

    private static Path begun(Workplace here) {
        return here.undo().resolve("begun");
    }

    private String what(Script script) {
        return "the program " + script.word() + " of " + manifest.id();
    }
}
