package packhorse.peer.adapter.rpm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection.Phase;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.Programs.Ended;
import packhorse.peer.adapter.Verdict;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.packages.FormerFiles;
import packhorse.peer.adapter.packages.HeldLocks;
import packhorse.peer.adapter.packages.InstallRoot;
import packhorse.peer.adapter.packages.Inventory;
import packhorse.peer.adapter.packages.PackageSystem;
import packhorse.peer.adapter.packages.Tool;

/**
 * rpm, for the packages of one release.
 *
 * <p>rpm's database is one file that only rpm can read. It is copied whole, and put back whole as long as the other packages in it
 * are the same as they were. Where they are not, rpm itself is told, without touching a file or running a script, what is in place
 * again; that needs the former packages, which stay pinned.
 */
final class RpmSystem implements PackageSystem {
    private static final Tool RPM = new Tool("rpm", Map.of());
    private static final String OTHERS = "others";
    private static final String FILES = "files";

    /** What rpm says of itself on a Debian machine. */
    private static final List<String> NOISE = List.of("rpm: RPM should not", "rpm: However assuming");

    /** rpm ends well where a script after the files failed; this is all that it says. */
    private static final Pattern SCRIPT_FAILED = Pattern.compile("(?m)^(error|warning): .*(scriptlet|script) failed");

    /** What rpm says where it cannot read its database, whatever keeps it; its code is that of a package that is not there. */
    private static final Pattern UNREADABLE = Pattern.compile(
            "(?m)^error: (.*cannot open Packages.*|sqlite failure.*|rpmdb.*|.*database disk image is malformed.*)$");

    private static final Pattern ABSENT = Pattern.compile("package (.+) is not installed");

    /** Codes from here on say that a signal ended it. */
    private static final int SIGNALLED = 128;

    /** A file that rpm is writing. */
    private static final Pattern HALF_WRITTEN = Pattern.compile("(.+);[0-9a-f]{8}");

    private final String database;
    private final boolean scriptsMayFail;

    /** @param database rpm's database, absolute, below the root */
    RpmSystem(String database, boolean scriptsMayFail) {
        this.database = database;
        this.scriptsMayFail = scriptsMayFail;
    }

    @Override
    public Tool tool() {
        return RPM;
    }

    @Override
    public String suffix() {
        return ".rpm";
    }

    @Override
    public String database() {
        return database;
    }

    @Override
    public Set<String> claims(Collection<String> packages) {
        return packages.stream().map(name -> database + "/" + name).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<RpmFile> read(Workplace here, List<Path> files) throws IOException {
        List<RpmFile> read = new ArrayList<>();
        for (Path file : files) {
            read.add(RpmFile.read(file, here.manifest().id().toString()));
        }
        return read;
    }

    @Override
    public Inventory inspect(Workplace here, InstallRoot root, List<Path> files) throws IOException {
        SortedMap<String, String> packages = new TreeMap<>();
        List<Inventory.Item> items = new ArrayList<>();
        for (RpmFile rpm : read(here, files)) {
            if (packages.put(rpm.name(), rpm.version()) != null) {
                throw new AdapterException(
                        CodeClass.PERMANENT,
                        here.manifest().id() + " holds the package " + rpm.name()
                                + " twice; publish it with one of them");
            }
            items.addAll(rpm.items());
        }
        return new Inventory(packages, items);
    }

    // ---- looking ----

    private List<String> arguments(InstallRoot root, String... more) {
        List<String> arguments = new ArrayList<>();
        if (!root.own()) {
            arguments.addAll(List.of("--root", root.directory().toString()));
        }
        arguments.addAll(List.of("--dbpath", database));
        arguments.addAll(Arrays.asList(more));
        return arguments;
    }

    /** Before there is a database nothing is asked: rpm would make one in order to answer. */
    private boolean noDatabase(InstallRoot root) throws IOException {
        Path directory = root.at(database);
        if (!Files.isDirectory(directory)) {
            return true;
        }
        try (var names = Files.newDirectoryStream(directory)) {
            return !names.iterator().hasNext();
        }
    }

    private HeldLocks locks(InstallRoot root) throws IOException {
        return HeldLocks.take("rpm", List.of(root.at(database + "/.rpm.lock")));
    }

    @Override
    public List<String> obstacles(Workplace here, InstallRoot root, List<Path> files, boolean downgrade)
            throws IOException {
        if (noDatabase(root)) {
            return List.of();
        }
        locks(root).close();
        List<String> rehearsal = arguments(root, "-U", "--test", "--replacepkgs");
        if (downgrade) {
            rehearsal.add("--oldpackage");
        }
        files.forEach(file -> rehearsal.add(file.toString()));
        return objections(RPM.look(here, rehearsal), "rpm would not install it");
    }

    @Override
    public List<String> removalObstacles(Workplace here, InstallRoot root, Set<String> packages) throws IOException {
        Set<String> there = installed(here, root, packages).keySet();
        if (there.isEmpty()) {
            return List.of();
        }
        locks(root).close();
        List<String> rehearsal = arguments(root, "-e", "--test");
        rehearsal.addAll(there);
        return objections(RPM.look(here, rehearsal), "rpm would not remove it");
    }

    private static List<String> objections(Ended ended, String what) {
        if (ended.code() == 0) {
            return List.of();
        }
        if (meaning(ended) == CodeClass.TRANSIENT) {
            throw new AdapterException(CodeClass.TRANSIENT, ended.code(), what + " now: " + Tool.words(ended, NOISE));
        }
        return List.of(what + ": " + Tool.words(ended, NOISE));
    }

    @Override
    public SortedMap<String, String> installed(Workplace here, InstallRoot root, Collection<String> packages)
            throws IOException {
        SortedMap<String, String> installed = new TreeMap<>();
        if (packages.isEmpty() || noDatabase(root)) {
            return installed;
        }
        List<String> query = arguments(root, "-q", "--qf", "is\\t%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n");
        query.addAll(packages);
        Ended ended = RPM.look(here, query);
        Set<String> unanswered = new TreeSet<>(packages);
        for (String line : ended.output().lines().toList()) {
            String[] words = line.split("\t", -1);
            Matcher absent = ABSENT.matcher(line);
            if (absent.matches()) {
                unanswered.remove(absent.group(1));
            } else if (words.length == 3 && words[0].equals("is")) {
                unanswered.remove(words[1]);
                // Two of one name are what a killed update leaves: the versions together are no version.
                installed.merge(words[1], words[2], (one, other) -> one + "+" + other);
            }
        }
        requireReadable(ended, unanswered.isEmpty());
        return installed;
    }

    private static boolean readable(Ended ended) {
        return !UNREADABLE.matcher(ended.output()).find();
    }

    /** No answer is not the answer that nothing is there: on a full disk rpm is ended by a signal where it only looks. */
    private static void requireReadable(Ended ended, boolean answered) {
        if (!answered || !readable(ended)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    ended.code(),
                    "rpm cannot read its database; make room on its disk, or mend it with rpm --rebuilddb: "
                            + why(ended));
        }
    }

    private static String why(Ended ended) {
        String words = Tool.words(ended, NOISE);
        return words.isEmpty() ? "it ended with code " + ended.code() : words;
    }

    @Override
    public Set<String> displaced(Workplace here, InstallRoot root, List<Path> files) throws IOException {
        Set<String> named = new TreeSet<>();
        for (RpmFile rpm : read(here, files)) {
            named.addAll(rpm.named());
        }
        return installed(here, root, named).keySet();
    }

    @Override
    public Set<String> owned(Workplace here, InstallRoot root, Collection<String> packages) throws IOException {
        Set<String> owned = new TreeSet<>();
        for (String name : installed(here, root, packages).keySet()) {
            // Directories and their names apart: half the words of a list of whole paths.
            List<String> directories = query(here, root, name, "[%{DIRNAMES}\\n]");
            for (String line : query(here, root, name, "[%{DIRINDEXES} %{BASENAMES}\\n]")) {
                int space = line.indexOf(' ');
                if (space > 0 && line.substring(0, space).matches("[0-9]{1,9}")) {
                    owned.add(directories.get(Integer.parseInt(line.substring(0, space))) + line.substring(space + 1));
                }
            }
        }
        return owned;
    }

    private List<String> query(Workplace here, InstallRoot root, String name, String format) throws IOException {
        Ended ended = RPM.look(here, arguments(root, "-q", "--qf", format, name));
        requireReadable(ended, ended.code() == 0);
        if (ended.output().getBytes(StandardCharsets.UTF_8).length >= Programs.OUTPUT_BYTES_MAX) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    "the package " + name + " in place owns more names than can be asked for at once; remove it first");
        }
        return ended.output()
                .lines()
                .filter(line -> NOISE.stream().noneMatch(line::startsWith))
                .toList();
    }

    @Override
    public List<String> beside(String path) {
        return List.of(path + ".rpmnew", path + ".rpmsave", path + ".rpmorig");
    }

    @Override
    public Inventory asHere(InstallRoot root, Inventory inventory) {
        return inventory;
    }

    @Override
    public List<String> verify(Workplace here, InstallRoot root, Inventory inventory) throws IOException {
        List<String> differences = new ArrayList<>();
        List<String> check = arguments(root, "-V", "--nomtime", "--nodeps", "--noscripts");
        check.addAll(inventory.packages().keySet());
        Ended ended = RPM.look(here, check);
        requireReadable(ended, ended.code() < SIGNALLED);
        for (String line : ended.output().lines().toList()) {
            int slash = line.indexOf(" /");
            if (slash > 0 && !line.contains(" c /") && !line.contains(" g /")) {
                differences.add(line.substring(slash + 1) + " is not as rpm's own list has it ("
                        + line.substring(0, slash).strip() + ")");
            }
        }
        return differences;
    }

    // ---- changing ----

    @Override
    public Outcome install(Workplace here, InstallRoot root, List<Path> files) throws IOException {
        here.disk().createDirectories(root.at(database));
        List<String> install = arguments(root, "-U", "--replacepkgs", "--oldpackage");
        files.forEach(file -> install.add(file.toString()));
        return end(here, "rpm -U", RPM.change(here, Phase.APPLY, install));
    }

    @Override
    public Outcome remove(Workplace here, InstallRoot root, Collection<String> packages, boolean wholly)
            throws IOException {
        Set<String> there = installed(here, root, packages).keySet();
        if (there.isEmpty()) {
            return Outcome.DONE;
        }
        List<String> remove = arguments(root, "-e", "--allmatches");
        remove.addAll(there);
        return end(here, "rpm -e", RPM.change(here, Phase.APPLY, remove));
    }

    private Outcome end(Workplace here, String what, Ended ended) {
        if (ended.code() == 0 && !readable(ended)) {
            // It goes on without its database, and ends well.
            throw new AdapterException(
                    meaning(ended), 0, what + " could not write its database: " + Tool.words(ended, NOISE));
        }
        boolean script = SCRIPT_FAILED.matcher(ended.output()).find();
        if (ended.code() == 0 && script && !scriptsMayFail) {
            throw new AdapterException(
                    CodeClass.PERMANENT, 0, what + " ran a script that failed: " + Tool.words(ended, NOISE));
        }
        return Verdict.of(
                what,
                new Ended(ended.code(), ended.overran(), ended.code() == 0 ? "" : Tool.words(ended, NOISE)),
                here.section(),
                ended.code() == 0 ? Map.of() : Map.of(ended.code(), meaning(ended)));
    }

    private static CodeClass meaning(Ended ended) {
        String output = ended.output();
        if (output.contains("transaction lock")
                || output.contains("No space left on device")
                || output.contains("database or disk is full")
                || output.contains("disk I/O error")
                || output.contains("Resource temporarily unavailable")) {
            return CodeClass.TRANSIENT;
        }
        if (output.contains("Failed dependencies")
                || output.contains("conflicts with")
                || output.contains("intended for a different")
                || output.contains("more space needed")) {
            return CodeClass.ENVIRONMENT;
        }
        return ended.code() == 126 || ended.code() == 127 ? CodeClass.ENVIRONMENT : CodeClass.PERMANENT;
    }

    // ---- the database ----

    /** The other packages, in words that change when one of them does; empty where rpm cannot read its database. */
    private Optional<String> others(Workplace here, InstallRoot root, Set<String> packages) throws IOException {
        if (noDatabase(root)) {
            return Optional.of("");
        }
        Ended ended = RPM.look(here, arguments(root, "-qa", "--qf", "%{NAME} %{INSTALLTID}\\n"));
        return !readable(ended) || ended.code() != 0
                ? Optional.empty()
                : Optional.of(ended.output()
                        .lines()
                        .filter(line -> NOISE.stream().noneMatch(line::startsWith))
                        .filter(line -> !packages.contains(line.substring(0, Math.max(0, line.indexOf(' ')))))
                        .sorted()
                        .collect(Collectors.joining("\n")));
    }

    private List<String> databaseNames(InstallRoot root) throws IOException {
        List<String> names = new ArrayList<>();
        Path directory = root.at(database);
        if (Files.isDirectory(directory)) {
            try (var files = Files.newDirectoryStream(directory)) {
                for (Path file : files) {
                    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                        names.add(database + "/" + file.getFileName());
                    }
                }
            }
        }
        return names;
    }

    @Override
    public void captureDatabase(Workplace here, InstallRoot root, Set<String> packages, Set<String> paths, Path place)
            throws IOException {
        here.disk().createDirectories(place);
        String others = others(here, root, packages)
                .orElseThrow(() -> new AdapterException(
                        CodeClass.ENVIRONMENT, "rpm cannot read its database; mend it with rpm --rebuilddb"));
        HeldLocks lock = locks(root);
        try (lock) {
            Set<String> names = new TreeSet<>(databaseNames(root));
            names.add(database);
            for (int slash = database.lastIndexOf('/'); slash > 0; slash = database.lastIndexOf('/', slash - 1)) {
                names.add(database.substring(0, slash));
            }
            FormerFiles.capture(names, place.resolve(FILES), root, here.disk());
        }
        here.disk().replace(place.resolve(OTHERS), others.getBytes(StandardCharsets.UTF_8), 0600);
    }

    @Override
    public void restoreDatabase(
            Workplace here,
            InstallRoot root,
            Set<String> packages,
            Set<String> paths,
            Path place,
            List<Path> former,
            Runnable files)
            throws IOException {
        // One that a power cut left unreadable says nothing of others; the copy is better than that.
        String known = Files.readString(place.resolve(OTHERS));
        boolean alone =
                others(here, root, packages).filter(now -> !now.equals(known)).isEmpty();
        FormerFiles database = FormerFiles.open(place.resolve(FILES), root, here.disk());
        if (!alone) {
            tell(here, root, packages, former);
        }
        HeldLocks lock = locks(root);
        try (lock) {
            if (alone) {
                Set<String> copied = database.paths();
                for (String name : databaseNames(root)) {
                    if (!copied.contains(root.physical(name))) {
                        here.disk().delete(root.at(name));
                    }
                }
                database.restore();
            }
            clear(here, root, paths);
            files.run();
        }
    }

    /** Tells rpm what is in place again, without a file or a script. */
    private void tell(Workplace here, InstallRoot root, Set<String> packages, List<Path> former) throws IOException {
        Set<String> back = new TreeSet<>();
        for (RpmFile rpm : read(here, former)) {
            back.add(rpm.name());
        }
        Set<String> gone = new TreeSet<>(packages);
        gone.removeAll(back);
        if (!back.isEmpty()) {
            List<String> install = arguments(
                    root, "-U", "--justdb", "--noscripts", "--notriggers", "--nodeps", "--replacepkgs", "--oldpackage");
            former.forEach(file -> install.add(file.toString()));
            end(here, "rpm -U --justdb", RPM.change(here, Phase.UNDO, install));
        }
        Set<String> there = installed(here, root, gone).keySet();
        if (!there.isEmpty()) {
            List<String> erase =
                    arguments(root, "-e", "--justdb", "--noscripts", "--notriggers", "--nodeps", "--allmatches");
            erase.addAll(there);
            end(here, "rpm -e --justdb", RPM.change(here, Phase.UNDO, erase));
        }
    }

    /** Takes away what a killed rpm was writing. */
    private static void clear(Workplace here, InstallRoot root, Set<String> paths) throws IOException {
        Set<Path> directories = new TreeSet<>();
        Set<Path> ours = new TreeSet<>();
        for (String path : paths) {
            Path at = root.at(path);
            ours.add(at);
            Path parent = at.getParent();
            if (parent != null && Files.isDirectory(parent)) {
                directories.add(parent);
            }
        }
        for (Path directory : directories) {
            List<Path> half = new ArrayList<>();
            try (var names = Files.newDirectoryStream(directory, "*;*")) {
                for (Path path : names) {
                    var matcher = HALF_WRITTEN.matcher(String.valueOf(path.getFileName()));
                    if (matcher.matches() && ours.contains(directory.resolve(matcher.group(1)))) {
                        half.add(path);
                    }
                }
            }
            for (Path path : half) {
                here.disk().delete(path);
            }
        }
    }
}
