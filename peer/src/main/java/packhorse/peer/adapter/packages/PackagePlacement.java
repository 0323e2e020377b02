package packhorse.peer.adapter.packages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Manifest;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Laid;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.OwnRecord;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.WrittenAnywhere;

/**
 * Packages put in place by the machine's own package system.
 *
 * <p><b>Problem.</b> A package system goes forward well and back badly: it keeps no old files, its maintainer scripts fail in either
 * direction, and a kill in its middle leaves packages that are neither one nor the other. An administrator then mends by hand.
 *
 * <p><b>Way.</b> Before anything is changed, everything that the packages in place or the new ones own is copied: files, modes, owners,
 * links, names that are free, and the database's entries. The program then does what it always does, in one run for all packages.
 * Undo first lets the program go back (the pinned former packages, or a removal), because scripts did more than write files:
 * they started services and made users. Whether that goes well or not, files and database are then compared with the copies and
 * what differs is put back. So the promise rests on the copies, the courtesy on the scripts.
 *
 * <p><b>Cost.</b> One copy of what the packages own, O(bytes); kept until commit. What scripts change beyond the packages' own files
 * is not seen: {@link PackageSettings#also} names such places. Package systems flush most of what they write, but not all names, and
 * their scripts nothing: after each run whole file systems are flushed ({@link WrittenAnywhere}).
 *
 * <p>Packages are read, which is unpacking them, once: what was laid out and judged is known by its digests, and these are compared
 * again before anything is prepared from it and right before the program gets it.
 *
 * <p>Invariants: {@code undo/before.json} is written last in capture; {@code undo/begun} is on the disk before the program runs, so
 * that an undo of nothing runs nothing.
 */
public final class PackagePlacement implements Placement {
    private static final String INVENTORY = "inventory.json";
    private static final String PACKAGES = "packages";
    private static final String STAGED = "staged.json";
    private static final String FORMER_PACKAGES = "former-packages";
    private static final String BEFORE = "before.json";
    private static final String BEGUN = "begun";
    /** What stands in {@link #BEGUN}. */
    private static final String INSTALLING = "install";

    private static final String REMOVING = "remove";
    private static final String FILES = "files";
    private static final String DATABASE = "database";

    private static final Logger LOG = LoggerFactory.getLogger(PackagePlacement.class);

    private final Manifest manifest;
    private final PackageSystem system;
    private final PackageSettings settings;
    private final boolean configurationChecked;
    private final boolean wholly;

    /**
     * @param configurationChecked whether a changed configuration file is a difference, to be mended
     * @param wholly whether a removal takes configuration files away too
     */
    public PackagePlacement(
            Manifest manifest,
            PackageSystem system,
            PackageSettings settings,
            boolean configurationChecked,
            boolean wholly) {
        this.manifest = manifest;
        this.system = system;
        this.settings = settings;
        this.configurationChecked = configurationChecked;
        this.wholly = wholly;
    }

    @Override
    public Set<Path> claims() {
        Set<Path> claims = new TreeSet<>();
        for (String claim : system.claims(settings.packages().keySet())) {
            claims.add(below(claim));
        }
        return claims;
    }

    @Override
    public Optional<Path> database() {
        return Optional.of(below(system.database()));
    }

    private Path below(String inRoot) {
        return Path.of(settings.root()).resolve(inRoot.substring(1));
    }

    /**
     * What the packages bring, where this machine puts it, and what their scripts are said to write. A configuration file stays the
     * machine's, unless the settings give it to the package.
     */
    @Override
    public Stream<Laid> lays(Workplace here) throws IOException {
        InstallRoot root = root(here);
        List<Laid> laid = new ArrayList<>();
        for (Inventory.Item item : system.asHere(root, inventory(here)).items()) {
            laid.add(new Laid(below(root.physical(item.path())), kind(item)));
        }
        for (String path : settings.also()) {
            boolean directory = Files.isDirectory(root.at(path), LinkOption.NOFOLLOW_LINKS);
            laid.add(new Laid(below(root.physical(path)), directory ? Laid.Kind.DIRECTORY : Laid.Kind.CONFIGURATION));
        }
        laid.sort(Comparator.comparing(Laid::path).thenComparing(Laid::kind));
        List<Laid> once = new ArrayList<>();
        for (Laid one : laid) {
            if (once.isEmpty() || !once.getLast().path().equals(one.path())) {
                once.add(one);
            }
        }
        return once.stream();
    }

    private Laid.Kind kind(Inventory.Item item) {
        return switch (item.type()) {
            case DIRECTORY -> Laid.Kind.DIRECTORY;
            case LINK -> Laid.Kind.LINK;
            case FILE -> item.configuration() && !configurationChecked ? Laid.Kind.CONFIGURATION : Laid.Kind.FILE;
        };
    }

    @Override
    public boolean wantsFormer() {
        return true;
    }

    @Override
    public boolean undoable() {
        return true;
    }

    /** Maintainer scripts are the machine's root's, as everything in a package is. */
    @Override
    public Running running() {
        return Running.PRIVILEGED;
    }

    private InstallRoot root(Workplace here) {
        return new InstallRoot(here.at(settings.root()));
    }

    // ---- before ----

    @Override
    public List<String> precheck(Workplace here) throws IOException {
        Optional<String> missing = system.tool().missing(here).or(() -> WrittenAnywhere.missing(here));
        if (missing.isPresent()) {
            return List.of(missing.get());
        }
        InstallRoot root = root(here);
        if (here.content().isEmpty()) {
            return system.removalObstacles(here, root, settings.packages().keySet());
        }
        List<Path> files = stage(here, root, here.content().get());
        return system.obstacles(here, root, files, downgradeAllowed(here));
    }

    /** Lays the packages out and judges them; what was laid out before is thrown away. */
    private List<Path> stage(Workplace here, InstallRoot root, Path content) throws IOException {
        InstallDisk disk = here.disk();
        for (String record : List.of(STAGED, INVENTORY)) {
            disk.delete(here.staging().resolve(record));
        }
        disk.force(here.staging());
        List<Path> files = unpack(here, content, here.staging().resolve(PACKAGES), manifest);
        Inventory inventory = system.inspect(here, root, files);
        requireExpected(inventory);
        disk.replace(here.staging().resolve(INVENTORY), inventory.encode(), 0600);
        disk.replace(
                here.staging().resolve(STAGED),
                StagedPackages.seal(manifest.content().sha256(), files),
                0600);
        return files;
    }

    /** The packages as they were judged, in their order; empty unless they are all there, byte for byte. */
    private List<Path> judged(Workplace here) throws IOException {
        Path record = here.staging().resolve(STAGED);
        if (!Files.exists(record) || !Files.exists(here.staging().resolve(INVENTORY))) {
            return List.of();
        }
        List<Path> files = StagedPackages.in(here.staging().resolve(PACKAGES), system.suffix());
        byte[] now = StagedPackages.seal(manifest.content().sha256(), files);
        return Arrays.equals(Files.readAllBytes(record), now) ? files : List.of();
    }

    /** A line that is itself sent back to an older release takes its packages with it. */
    private boolean downgradeAllowed(Workplace here) {
        return settings.downgrade()
                || here.previous()
                        .map(previous -> previous.manifest()
                                        .id()
                                        .version()
                                        .compareTo(manifest.id().version())
                                > 0)
                        .orElse(false);
    }

    private List<Path> unpack(Workplace here, Path content, Path place, Manifest of) throws IOException {
        return StagedPackages.unpack(of, content, system.suffix(), place, here.disk(), here.progress());
    }

    private void requireExpected(Inventory inventory) {
        settings.packages().forEach((name, version) -> {
            String found = inventory.packages().get(name);
            if (found == null) {
                throw new AdapterException(
                        CodeClass.PERMANENT,
                        manifest.id() + " should hold the package " + name + ", but holds "
                                + String.join(", ", inventory.packages().keySet()) + "; publish it anew");
            }
            if (version.isPresent() && !version.get().equals(found)) {
                throw new AdapterException(
                        CodeClass.PERMANENT,
                        manifest.id() + " should hold " + name + " " + version.get() + ", but holds " + found
                                + "; publish it anew");
            }
        });
        for (String name : inventory.packages().keySet()) {
            if (!settings.packages().containsKey(name)) {
                throw new AdapterException(
                        CodeClass.PERMANENT,
                        manifest.id() + " holds the package " + name
                                + ", which its settings do not name; name it under packages, or leave it out");
            }
        }
    }

    @Override
    public List<SpaceNeed> space(Workplace here) throws IOException {
        List<SpaceNeed> needs = new ArrayList<>();
        long content = here.content().isPresent() ? Files.size(here.content().get()) : 0;
        long former = here.previous().flatMap(Workplace.Previous::content).isPresent()
                ? Files.size(here.previous().get().content().get())
                : 0;
        needs.add(new SpaceNeed(here.staging(), content + former));
        InstallRoot root = root(here);
        if (system.tool().missing(here).isPresent()) {
            return needs;
        }
        Path inventory = here.staging().resolve(INVENTORY);
        List<Path> files = StagedPackages.in(here.staging().resolve(PACKAGES), system.suffix());
        if (Files.exists(inventory)) {
            needs.add(new SpaceNeed(root.directory(), read(inventory).bytes()));
        } else if (!files.isEmpty()) {
            needs.add(new SpaceNeed(
                    root.directory(), system.inspect(here, root, files).bytes()));
        }
        long owned = 0;
        for (String path : system.owned(here, root, settings.packages().keySet())) {
            Path at = root.at(path);
            owned += Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS) ? Files.size(at) : 0;
        }
        needs.add(new SpaceNeed(here.undo(), owned));
        return needs;
    }

    @Override
    public void prepare(Workplace here) throws IOException {
        Path content = here.content()
                .orElseThrow(() -> new AdapterException(
                        CodeClass.ENVIRONMENT,
                        "the content of " + manifest.id() + " is not on this machine; order it again"));
        InstallRoot root = root(here);
        // Reading a package is unpacking it: once, in the precheck, is enough where what was read is what lies here.
        List<Path> judged = judged(here);
        List<Path> files = judged.isEmpty() ? stage(here, root, content) : judged;
        List<String> obstacles = system.obstacles(here, root, files, downgradeAllowed(here));
        if (!obstacles.isEmpty()) {
            throw new AdapterException(CodeClass.ENVIRONMENT, String.join("; ", obstacles));
        }
    }

    // ---- there ----

    /** What this release brings: from its preparation, or from when it was put in place. */
    private Inventory inventory(Workplace here) throws IOException {
        Path staged = here.staging().resolve(INVENTORY);
        Path home = here.home().resolve(INVENTORY);
        return Files.exists(staged) ? read(staged) : Files.exists(home) ? read(home) : Inventory.EMPTY;
    }

    private static Inventory read(Path inventory) throws IOException {
        return OwnRecord.read(inventory, OwnRecord.Use.PLACED, Inventory::decode);
    }

    /** Packages that the line has in place and this release does not bring. */
    private Set<String> dropped(Workplace here, Inventory fresh) throws IOException {
        Set<String> dropped = new TreeSet<>();
        if (here.previous().isPresent()) {
            Path former = here.previous().get().home().resolve(INVENTORY);
            if (Files.exists(former)) {
                dropped.addAll(read(former).packages().keySet());
            }
        }
        dropped.removeAll(fresh.packages().keySet());
        dropped.removeAll(settings.packages().keySet());
        return dropped;
    }

    @Override
    public void capture(Workplace here) throws IOException {
        InstallRoot root = root(here);
        here.disk().delete(here.undo().resolve(BEFORE));
        here.disk().delete(here.undo().resolve(BEGUN));
        here.disk().createDirectories(here.undo());
        Inventory fresh = inventory(here);
        List<Path> files = StagedPackages.in(here.staging().resolve(PACKAGES), system.suffix());
        Set<String> packages = new TreeSet<>(settings.packages().keySet());
        packages.addAll(dropped(here, fresh));
        packages.addAll(system.displaced(here, root, files));
        Set<String> paths = new TreeSet<>(settings.also());
        for (Inventory.Item item : fresh.items()) {
            paths.add(item.path());
        }
        paths.addAll(system.owned(here, root, packages));
        for (Inventory.Item item : system.asHere(root, fresh).items()) {
            paths.add(item.path());
        }
        Set<String> all = new TreeSet<>(paths);
        for (String path : paths) {
            all.addAll(system.beside(path));
            for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
                all.add(path.substring(0, slash));
            }
        }
        FormerFiles.capture(all, here.undo().resolve(FILES), root, here.disk());
        system.captureDatabase(here, root, packages, paths, here.undo().resolve(DATABASE));
        SortedMap<String, Json> versions = new TreeMap<>();
        system.installed(here, root, packages).forEach((name, version) -> versions.put(name, new JsonString(version)));
        SortedMap<String, Json> before = new TreeMap<>();
        before.put("installed", new JsonObject(versions));
        before.put("packages", strings(packages));
        before.put("paths", strings(paths));
        here.disk().replace(here.undo().resolve(BEFORE), CanonicalJson.encode(new JsonObject(before)), 0600);
    }

    private static Json strings(Collection<String> strings) {
        return new Json.JsonArray(strings.stream().<Json>map(JsonString::new).toList());
    }

    private static boolean removal(byte[] begun) {
        String word = new String(begun, java.nio.charset.StandardCharsets.UTF_8);
        return switch (word) {
            case INSTALLING -> false;
            case REMOVING -> true;
            default -> throw new IllegalArgumentException("\"" + word + "\" is nothing that is begun");
        };
    }

    private void begin(Workplace here, String what) throws IOException {
        here.disk().replace(here.undo().resolve(BEGUN), what.getBytes(java.nio.charset.StandardCharsets.UTF_8), 0600);
    }

    @Override
    public Outcome apply(Workplace here) throws IOException {
        InstallRoot root = root(here);
        Inventory fresh = inventory(here);
        List<Path> files = judged(here);
        if (files.isEmpty() || fresh.packages().isEmpty()) {
            throw new AdapterException(
                    CodeClass.TRANSIENT,
                    manifest.id() + " is not prepared on this machine; try again from its beginning");
        }
        here.disk().createDirectories(here.home());
        here.disk().replace(here.home().resolve(INVENTORY), fresh.encode(), 0600);
        fromTheBeginning(here, root, false);
        begin(here, INSTALLING);
        Outcome outcome = system.install(here, root, files);
        Set<String> dropped = dropped(here, fresh);
        if (!system.installed(here, root, dropped).isEmpty()) {
            Outcome removed = system.remove(here, root, dropped, true);
            outcome = removed.codeClass() == CodeClass.SUCCESS_REBOOT ? removed : outcome;
        }
        WrittenAnywhere.force(here, root.directory());
        return outcome;
    }

    @Override
    public Outcome activate(Workplace here) {
        // Package systems configure what they unpack in one run; keeping the two apart would leave the machine's own
        // updates stuck.
        return Outcome.DONE;
    }

    @Override
    public List<String> verify(Workplace here) throws IOException {
        InstallRoot root = root(here);
        Path home = here.home().resolve(INVENTORY);
        Inventory inventory = Files.exists(home) ? read(home) : inventory(here);
        List<String> differences = new ArrayList<>();
        SortedMap<String, String> installed =
                system.installed(here, root, inventory.packages().keySet());
        inventory.packages().forEach((name, version) -> {
            String found = installed.get(name);
            if (found == null) {
                differences.add("the package " + name + " is not installed");
            } else if (!found.equals(version)) {
                differences.add("the package " + name + " is installed as " + found + ", not as " + version);
            }
        });
        for (Inventory.Item item : system.asHere(root, inventory).items()) {
            if (differences.size() >= DIFFERENCES_MAX) {
                break;
            }
            Inventory.difference(item, root, configurationChecked).ifPresent(differences::add);
        }
        if (differences.isEmpty()) {
            differences.addAll(system.verify(here, root, inventory));
        }
        return List.copyOf(differences.subList(0, Math.min(differences.size(), DIFFERENCES_MAX)));
    }

    // ---- and back ----

    /** What was in place at capture. */
    private record Before(SortedMap<String, String> installed, Set<String> packages, Set<String> paths) {
        static Before read(Path file) throws IOException {
            return OwnRecord.read(file, OwnRecord.Use.UNDO, bytes -> {
                JsonFields fields = JsonFields.of(JsonReader.parse(bytes), "former state");
                JsonFields versions = fields.object("installed");
                SortedMap<String, String> installed = new TreeMap<>();
                versions.keys().forEach(name -> installed.put(name, versions.string(name)));
                return new Before(
                        installed, new TreeSet<>(fields.strings("packages")), new TreeSet<>(fields.strings("paths")));
            });
        }
    }

    @Override
    public Outcome undo(Workplace here) throws IOException {
        if (!Files.exists(here.undo().resolve(BEFORE))
                || !Files.exists(here.undo().resolve(BEGUN))) {
            // Cut off while it was being captured, or before the program ran: nothing was changed.
            return Outcome.DONE;
        }
        InstallRoot root = root(here);
        Before before = Before.read(here.undo().resolve(BEFORE));
        boolean removal = OwnRecord.read(here.undo().resolve(BEGUN), OwnRecord.Use.UNDO, PackagePlacement::removal);
        List<Path> former = former(here, removal);
        if (settings.undoByScripts()) {
            goBack(here, root, before, former, removal);
        }
        putBack(here, root, before, former);
        // What is put back is on the disk; what scripts did on the way is not.
        WrittenAnywhere.force(here, root.directory());
        return Outcome.DONE;
    }

    /** Files and database as they were, whatever the program and its scripts made of them. */
    private void putBack(Workplace here, InstallRoot root, Before before, List<Path> former) throws IOException {
        FormerFiles files = FormerFiles.open(here.undo().resolve(FILES), root, here.disk());
        system.restoreDatabase(
                here, root, before.packages(), before.paths(), here.undo().resolve(DATABASE), former, () -> {
                    try {
                        files.restore();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
    }

    /**
     * Takes away what a run left that was cut off. A package system that goes over it takes what it finds for the administrator's: a
     * configuration file whose name came to the disk and whose bytes did not would stay empty for good.
     */
    private void fromTheBeginning(Workplace here, InstallRoot root, boolean removal) throws IOException {
        if (Files.exists(here.undo().resolve(BEGUN)) && Files.exists(here.undo().resolve(BEFORE))) {
            putBack(here, root, Before.read(here.undo().resolve(BEFORE)), former(here, removal));
        }
    }

    /** The package files that were in place before, where they are at hand. */
    private List<Path> former(Workplace here, boolean removal) throws IOException {
        Optional<Path> content = removal ? here.content() : here.previous().flatMap(Workplace.Previous::content);
        Manifest of = removal
                ? manifest
                : here.previous().map(Workplace.Previous::manifest).orElse(manifest);
        return content.isEmpty()
                ? List.of()
                : unpack(here, content.get(), here.staging().resolve(FORMER_PACKAGES), of);
    }

    /** Lets the program and its scripts go back as far as they can; files and database are put right afterwards in any case. */
    private void goBack(Workplace here, InstallRoot root, Before before, List<Path> former, boolean removal)
            throws IOException {
        Set<String> fresh = new TreeSet<>(settings.packages().keySet());
        fresh.removeAll(before.installed().keySet());
        try {
            if (!former.isEmpty()) {
                system.install(here, root, former);
            }
            if (!fresh.isEmpty() && !removal) {
                system.remove(here, root, fresh, true);
            }
        } catch (AdapterException e) {
            if (e.codeClass() == CodeClass.TRANSIENT) {
                throw e;
            }
            LOG.info("the package system could not take {} back by itself: {}", manifest.id(), e.getMessage());
        }
    }

    @Override
    public void commit(Workplace here) throws IOException {
        for (String name : List.of(BEGUN, BEFORE, DATABASE, FILES)) {
            here.disk().delete(here.undo().resolve(name));
        }
    }

    // ---- away, and mended ----

    @Override
    public Outcome remove(Workplace here) throws IOException {
        InstallRoot root = root(here);
        Inventory inventory = inventory(here);
        Set<String> packages = new TreeSet<>(settings.packages().keySet());
        packages.addAll(inventory.packages().keySet());
        fromTheBeginning(here, root, true);
        begin(here, REMOVING);
        Outcome outcome = system.remove(here, root, packages, wholly);
        Set<String> left = new TreeSet<>(system.installed(here, root, packages).keySet());
        if (!left.isEmpty()) {
            throw new AdapterException(
                    CodeClass.PERMANENT, "still installed after their removal: " + String.join(", ", left));
        }
        WrittenAnywhere.force(here, root.directory());
        return outcome;
    }

    @Override
    public void mend(Workplace here) throws IOException {
        Path content = here.content()
                .orElseThrow(() -> new AdapterException(
                        CodeClass.ENVIRONMENT,
                        "the content of " + manifest.id()
                                + " is not on this machine any more; order it again to mend it"));
        List<Path> files = unpack(here, content, here.staging().resolve(PACKAGES), manifest);
        system.install(here, root(here), files);
        WrittenAnywhere.force(here, root(here).directory());
    }
}
