package packhorse.peer.adapter.deb;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection.Phase;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Programs.Ended;
import packhorse.peer.adapter.Verdict;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.packages.HeldLocks;
import packhorse.peer.adapter.packages.InstallRoot;
import packhorse.peer.adapter.packages.Inventory;
import packhorse.peer.adapter.packages.PackageSettings;
import packhorse.peer.adapter.packages.PackageSystem;
import packhorse.peer.adapter.packages.Tool;

/** dpkg, for the packages of one release. */
final class DpkgSystem implements PackageSystem {
    /** What dpkg says when all goes well. */
    private static final List<String> NOISE = List.of(
            "Selecting previously",
            "(Reading database",
            "Preparing to unpack",
            "Unpacking ",
            "Setting up ",
            "Removing ",
            "Errors were encountered");

    /** States that a run leaves only when it was cut off or failed. */
    private static final Set<String> BROKEN = Set.of("half-installed", "unpacked", "half-configured");

    private static final Tool DPKG = new Tool(
            "dpkg", Map.of("DEBIAN_FRONTEND", "noninteractive", "DEBCONF_NONINTERACTIVE_SEEN", "true", "TERM", "dumb"));

    private final PackageSettings settings;
    private final DpkgSettings own;

    DpkgSystem(PackageSettings settings, DpkgSettings own) {
        this.settings = settings;
        this.own = own;
    }

    @Override
    public Tool tool() {
        return DPKG;
    }

    @Override
    public String suffix() {
        return ".deb";
    }

    @Override
    public String database() {
        return DpkgDatabase.DIRECTORY;
    }

    @Override
    public Set<String> claims(Collection<String> packages) {
        return packages.stream()
                .map(name -> DpkgDatabase.DIRECTORY + "/info/" + name + ".list")
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public Inventory inspect(Workplace here, InstallRoot root, List<Path> files) throws IOException {
        SortedMap<String, String> packages = new TreeMap<>();
        List<Inventory.Item> items = new ArrayList<>();
        for (Path file : files) {
            DebFile deb = DebFile.read(file, here.manifest().id().toString());
            if (packages.put(deb.control().name(), deb.control().version()) != null) {
                throw new AdapterException(
                        CodeClass.PERMANENT,
                        here.manifest().id() + " holds the package "
                                + deb.control().name() + " twice; publish it with one of them");
            }
            items.addAll(deb.items());
        }
        if (!root.own()) {
            requireInside(here, root, items);
        }
        return new Inventory(packages, items);
    }

    /** dpkg changes its root for scripts, not for files: it would follow a link in another root to where that leads on this machine. */
    private static void requireInside(Workplace here, InstallRoot root, List<Inventory.Item> items) throws IOException {
        Map<String, String> links = new HashMap<>();
        for (Inventory.Item item : items) {
            if (item.type() == Inventory.Type.LINK) {
                links.put(item.path(), item.target());
            }
        }
        for (Inventory.Item item : items) {
            Optional<String> link = root.leftAt(item.path(), links);
            if (link.isPresent()) {
                throw new AdapterException(
                        links.containsKey(link.get()) ? CodeClass.PERMANENT : CodeClass.ENVIRONMENT,
                        here.manifest().id() + " holds " + item.path() + ", and dpkg would follow the link "
                                + link.get() + " out of " + root.directory()
                                + "; make it a relative link that stays inside, or a directory");
            }
        }
    }

    private static List<Stanza> controls(Workplace here, List<Path> files) throws IOException {
        List<Stanza> controls = new ArrayList<>();
        for (Path file : files) {
            controls.add(DebFile.control(file, here.manifest().id().toString()));
        }
        return controls;
    }

    // ---- looking ----

    @Override
    public List<String> obstacles(Workplace here, InstallRoot root, List<Path> files, boolean downgrade)
            throws IOException {
        locks(root).close();
        List<String> obstacles = new ArrayList<>(unfinished(root));
        Set<String> architectures = new TreeSet<>(Set.of("all"));
        for (String option : List.of("--print-architecture", "--print-foreign-architectures")) {
            architectures.addAll(DPKG.look(here, with(root, here, option))
                    .output()
                    .lines()
                    .map(String::strip)
                    .toList());
        }
        List<Stanza> controls = controls(here, files);
        SortedMap<String, String> installed =
                installed(here, root, controls.stream().map(Stanza::name).toList());
        for (Stanza control : controls) {
            String architecture = control.fields().getOrDefault("architecture", "");
            if (!architectures.contains(architecture)) {
                obstacles.add("the package " + control.name() + " is for " + architecture + ", this machine takes "
                        + String.join(", ", architectures) + "; order the release for its platform");
            }
            String there = installed.get(control.name());
            if (there != null && !downgrade && later(here, there, control.version())) {
                obstacles.add("the package " + control.name() + " is there as " + there + ", which is later than "
                        + control.version()
                        + "; say downgrade: allow in the release's settings, or order a later release");
            }
        }
        if (!obstacles.isEmpty()) {
            return obstacles;
        }
        List<String> rehearsal = new ArrayList<>(options(root, here));
        rehearsal.add("--no-act");
        rehearsal.add("--install");
        files.forEach(file -> rehearsal.add(file.toString()));
        Ended ended = DPKG.look(here, rehearsal);
        if (ended.code() != 0) {
            requireFree(ended);
            obstacles.add("dpkg would not install it: " + words(ended));
        }
        return obstacles;
    }

    private static boolean later(Workplace here, String one, String other) throws IOException {
        return DPKG.look(here, List.of("--compare-versions", one, "gt", other)).code() == 0;
    }

    /** Packages that somebody else's run left half done: dpkg would go on with them in ours. */
    private List<String> unfinished(InstallRoot root) throws IOException {
        List<String> broken = new DpkgDatabase(root, List.of())
                .status().stream()
                        .filter(stanza -> BROKEN.contains(stanza.state()))
                        .map(stanza -> stanza.name() + " (" + stanza.state() + ")")
                        .toList();
        return broken.isEmpty()
                ? List.of()
                : List.of("packages are half installed: " + String.join(", ", broken)
                        + "; mend them with dpkg --configure -a, or see dpkg --audit");
    }

    @Override
    public List<String> removalObstacles(Workplace here, InstallRoot root, Set<String> packages) throws IOException {
        locks(root).close();
        List<String> obstacles = new ArrayList<>(unfinished(root));
        Set<String> there = installed(here, root, packages).keySet();
        if (!obstacles.isEmpty() || there.isEmpty()) {
            return obstacles;
        }
        List<String> rehearsal = new ArrayList<>(options(root, here));
        rehearsal.add("--no-act");
        rehearsal.add("--remove");
        rehearsal.addAll(there);
        Ended ended = DPKG.look(here, rehearsal);
        if (ended.code() != 0) {
            requireFree(ended);
            obstacles.add("dpkg would not remove it: " + words(ended));
        }
        return obstacles;
    }

    @Override
    public SortedMap<String, String> installed(Workplace here, InstallRoot root, Collection<String> packages)
            throws IOException {
        SortedMap<String, String> installed = new TreeMap<>();
        for (Stanza stanza : new DpkgDatabase(root, packages).status()) {
            if (packages.contains(stanza.name()) && stanza.inPlace()) {
                installed.put(stanza.name(), stanza.version());
            }
        }
        return installed;
    }

    @Override
    public Set<String> displaced(Workplace here, InstallRoot root, List<Path> files) throws IOException {
        Set<String> named = new TreeSet<>();
        for (Stanza control : controls(here, files)) {
            for (String field : List.of("conflicts", "breaks", "replaces")) {
                for (String one : control.fields().getOrDefault(field, "").split("[,|]", -1)) {
                    named.add(one.strip().replaceFirst("[ (:].*", ""));
                }
            }
        }
        return installed(here, root, named).keySet();
    }

    @Override
    public Set<String> owned(Workplace here, InstallRoot root, Collection<String> packages) throws IOException {
        DpkgRules rules = DpkgRules.read(root, Set.copyOf(packages));
        Set<String> owned = new TreeSet<>();
        DpkgDatabase database = new DpkgDatabase(root, packages);
        for (String path : database.listed()) {
            owned.add(path);
            owned.add(rules.real(path));
        }
        // Obsolete configuration files are in no list any more.
        for (Stanza stanza : database.status()) {
            if (packages.contains(stanza.name())) {
                stanza.fields()
                        .getOrDefault("conffiles", "")
                        .lines()
                        .map(String::strip)
                        .filter(line -> line.startsWith("/"))
                        .forEach(line -> owned.add(line.replaceFirst(" [0-9a-f]{32}.*| newconffile.*", "")));
            }
        }
        return owned;
    }

    @Override
    public List<String> beside(String path) {
        List<String> beside = new ArrayList<>();
        for (String end : List.of(".dpkg-new", ".dpkg-tmp", ".dpkg-old", ".dpkg-dist", ".dpkg-bak", ".dpkg-remove")) {
            beside.add(path + end);
        }
        return beside;
    }

    @Override
    public Inventory asHere(InstallRoot root, Inventory inventory) throws IOException {
        return DpkgRules.read(root, settings.packages().keySet()).apply(root, inventory);
    }

    @Override
    public List<String> verify(Workplace here, InstallRoot root, Inventory inventory) throws IOException {
        List<String> differences = new ArrayList<>();
        for (Stanza stanza : new DpkgDatabase(root, List.of()).status()) {
            String status = stanza.fields().getOrDefault("status", "");
            if (inventory.packages().containsKey(stanza.name()) && !status.endsWith(" ok installed")) {
                differences.add("dpkg has the package " + stanza.name() + " as \"" + status + "\"");
            }
        }
        DpkgRules rules = DpkgRules.read(root, inventory.packages().keySet());
        List<String> check = with(root, here, "--verify");
        check.addAll(inventory.packages().keySet());
        for (String line : DPKG.look(here, check).output().lines().toList()) {
            int slash = line.indexOf(" /");
            // Configuration files are ours to judge; the md5 sums of dpkg's own list are what is looked at here.
            if (slash > 0 && !line.contains(" c /") && !rules.leftOut(line.substring(slash + 1))) {
                differences.add(line.substring(slash + 1) + " is not as dpkg's own list has it ("
                        + line.substring(0, slash).strip() + ")");
            }
        }
        return differences;
    }

    // ---- changing ----

    private List<String> with(InstallRoot root, Workplace here, String action) {
        List<String> arguments = new ArrayList<>();
        if (!root.own()) {
            arguments.add("--root=" + root.directory());
            // Otherwise it would write into the machine's own.
            arguments.add("--log=" + here.home().resolve("dpkg.log"));
        }
        arguments.add(action);
        return arguments;
    }

    private List<String> options(InstallRoot root, Workplace here) {
        List<String> options =
                with(root, here, own.newConfiguration() ? "--force-confask,confnew,confmiss" : "--force-confold");
        if (own.chrootless() && !root.own()) {
            options.add("--force-script-chrootless");
        }
        return options;
    }

    @Override
    public Outcome install(Workplace here, InstallRoot root, List<Path> files) throws IOException {
        for (String directory : List.of("info", "updates", "triggers")) {
            here.disk().createDirectories(root.at(DpkgDatabase.DIRECTORY + "/" + directory));
        }
        here.disk().createDirectories(here.home());
        List<String> arguments = options(root, here);
        arguments.add("--install");
        files.forEach(file -> arguments.add(file.toString()));
        return end(here, "dpkg --install", DPKG.change(here, Phase.APPLY, arguments));
    }

    @Override
    public Outcome remove(Workplace here, InstallRoot root, Collection<String> packages, boolean wholly)
            throws IOException {
        List<String> known = new DpkgDatabase(root, packages)
                .status().stream()
                        .filter(stanza -> packages.contains(stanza.name())
                                && (stanza.inPlace()
                                        || (wholly && stanza.state().equals("config-files"))))
                        .map(Stanza::name)
                        .distinct()
                        .toList();
        if (known.isEmpty()) {
            return Outcome.DONE;
        }
        here.disk().createDirectories(here.home());
        List<String> arguments = options(root, here);
        arguments.add("--force-remove-reinstreq");
        arguments.add(wholly ? "--purge" : "--remove");
        arguments.addAll(known);
        return end(here, wholly ? "dpkg --purge" : "dpkg --remove", DPKG.change(here, Phase.APPLY, arguments));
    }

    /** dpkg ends with 1 or 2 whatever it was; its words say more. */
    private static Outcome end(Workplace here, String what, Ended ended) {
        return Verdict.of(
                what,
                new Ended(ended.code(), ended.overran(), ended.code() == 0 ? "" : words(ended)),
                here.section(),
                ended.code() == 0 ? Map.of() : Map.of(ended.code(), meaning(ended)));
    }

    private static CodeClass meaning(Ended ended) {
        String output = ended.output();
        if (output.contains("locked by another process") || output.contains("No space left on device")) {
            return CodeClass.TRANSIENT;
        }
        if (output.contains("dependency problems") || output.contains("pre-dependency problem")) {
            return CodeClass.ENVIRONMENT;
        }
        // A maintainer script's own end comes as dpkg's 1; a signal's as it is.
        return ended.code() == 126 || ended.code() == 127 ? CodeClass.ENVIRONMENT : CodeClass.PERMANENT;
    }

    private static void requireFree(Ended ended) {
        if (ended.output().contains("locked by another process")) {
            throw new AdapterException(
                    CodeClass.TRANSIENT, ended.code(), "another program uses dpkg now; it will be tried again");
        }
    }

    private static String words(Ended ended) {
        return Tool.words(ended, NOISE);
    }

    /** dpkg's own locks: the one that front ends such as apt hold over several runs, and the one of a run. */
    private static HeldLocks locks(InstallRoot root) throws IOException {
        return HeldLocks.take(
                "dpkg",
                List.of(root.at(DpkgDatabase.DIRECTORY + "/lock-frontend"), root.at(DpkgDatabase.DIRECTORY + "/lock")));
    }

    // ---- the database ----

    @Override
    public void captureDatabase(Workplace here, InstallRoot root, Set<String> packages, Set<String> paths, Path place)
            throws IOException {
        new DpkgDatabase(root, packages).capture(place, here.disk());
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
        HeldLocks lock = locks(root);
        try (lock) {
            new DpkgDatabase(root, packages).restore(place, paths, here.disk());
            files.run();
        }
    }
}
