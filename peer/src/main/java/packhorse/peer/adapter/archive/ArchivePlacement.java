package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import packhorse.core.content.CodeClass;
import packhorse.core.content.FileEntry;
import packhorse.core.content.Manifest;
import packhorse.core.durable.Durably;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.OwnRecord;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.tree.FileListReader;

/**
 * A tree or archive in its place: {@code into/versions/VERSION}, and a link that leads to it.
 *
 * <p><b>Steps.</b> Prepare unpacks into staging and makes the list of what it wrote. Apply writes the marker, then moves the whole
 * directory to its place by one rename; where staging is on another file system it copies first, beside the place. Activate switches
 * the link by another rename. Undo switches it back first, so that nobody is in the directory that it then takes away.
 *
 * <p><b>The same version again</b> (a repair, or the way back to a version that was kept): the directory stays, and what differs in it
 * is replaced file by file. Undo leaves that: what was damaged is not brought back. Other content under the same version is refused.
 *
 * <p><b>Kept.</b> Commit keeps {@link #KEPT} older versions beside the one in place, the last installed ones, and whatever the link
 * leads to. Removal takes all versions out of sight, which undo can bring back, and deletes them at commit with the directories that
 * this line made, where nobody else put anything in them.
 */
final class ArchivePlacement implements Placement {
    /** Older versions that stay after a commit; a way back that costs a switch of the link and no reading of packs. */
    static final int KEPT = 2;

    private static final String TREE = "tree";
    private static final String AGAIN = "again";
    /** In the undo directory, while it is a removal that is under way. */
    private static final String REMOVING = "removing";

    private static final int PRIVATE_FILE = 0600;
    private static final int DIRECTORY_MODE = 0755;

    private final Manifest manifest;
    private final ArchiveSettings settings;
    private final Content content;
    private final String version;

    ArchivePlacement(Manifest manifest, ArchiveSettings settings) {
        this.manifest = manifest;
        this.settings = settings;
        this.content = new Content(manifest, settings);
        this.version = manifest.id().version().toString();
    }

    @Override
    public Set<Path> claims() {
        Set<Path> claims = new LinkedHashSet<>(List.of(Path.of(settings.into())));
        if (!ArchiveSettings.isIn(settings.link(), settings.into())) {
            claims.add(Path.of(settings.link()));
        }
        return claims;
    }

    @Override
    public boolean undoable() {
        return true;
    }

    @Override
    public boolean bringsTree() {
        return true;
    }

    @Override
    public Optional<Path> prepared(Workplace here) {
        return Optional.of(here.staging().resolve(TREE));
    }

    private Versions versions(Workplace here) {
        return new Versions(here.at(settings.versions()), here.disk());
    }

    private SwitchedLink link(Workplace here) {
        return new SwitchedLink(settings, here);
    }

    private static LineHome home(Workplace here) {
        return new LineHome(here.home(), here.disk());
    }

    @Override
    public List<Path> brought(Workplace here) throws IOException {
        Versions versions = versions(here);
        List<Path> brought = new ArrayList<>();
        for (String ours : ours(versions)) {
            if (versions.has(ours)) {
                brought.add(versions.of(ours));
            }
        }
        Path link = here.at(settings.link());
        for (Path one : List.copyOf(brought)) {
            if (Files.isSymbolicLink(link) && Files.exists(link) && Files.isSameFile(link, one)) {
                brought.add(link);
            }
        }
        return brought;
    }

    // ---- before ----

    @Override
    public List<String> precheck(Workplace here) throws IOException {
        return new Precheck(manifest, settings, here, versions(here), link(here)).problems();
    }

    @Override
    public List<SpaceNeed> space(Workplace here) throws IOException {
        long unpacked = content.unpackedBytes();
        List<SpaceNeed> needs = new ArrayList<>(List.of(new SpaceNeed(here.staging(), unpacked)));
        if (!sameFileSystem(here.staging(), here.at(settings.into()))) {
            needs.add(new SpaceNeed(here.at(settings.into()), unpacked));
        }
        return needs;
    }

    private static boolean sameFileSystem(Path a, Path b) throws IOException {
        return Files.getFileStore(existing(a)).equals(Files.getFileStore(existing(b)));
    }

    private static Path existing(Path path) {
        Path there = path;
        while (!Files.exists(there)) {
            there = Durably.directoryOf(there);
        }
        return there;
    }

    // ---- prepare ----

    @Override
    public void prepare(Workplace here) throws IOException {
        Placed placed = content.unpack(
                here, here.staging().resolve(TREE), here.staging().resolve(Placed.LIST));
        here.disk().forceTree(here.staging());
        KeptRecord.write(here.disk(), here.staging().resolve(Placed.FILE), placed.encode(), PRIVATE_FILE);
    }

    // ---- there ----

    @Override
    public void capture(Workplace here) throws IOException {
        InstallDisk disk = here.disk();
        disk.createDirectories(here.undo());
        disk.delete(here.undo().resolve(REMOVING));
        Versions versions = versions(here);
        Captured captured = new Captured(
                link(here).said(),
                versions.has(version),
                versions.markerText(version),
                missing(here),
                ours(versions),
                home(here).placedText(),
                home(here).active());
        KeptRecord.write(disk, here.undo().resolve(Captured.FILE), captured.encode(), PRIVATE_FILE);
    }

    private List<String> ours(Versions versions) throws IOException {
        List<String> ours = new ArrayList<>();
        for (Map.Entry<String, Versions.Marker> one : versions.markers().entrySet()) {
            if (one.getValue().line().equals(manifest.id().name())) {
                ours.add(one.getKey());
            }
        }
        return ours;
    }

    /** Directories on the way to the versions and the link that are not there, outermost first. */
    private List<String> missing(Workplace here) {
        List<String> missing = new ArrayList<>();
        addMissing(here, settings.versions(), missing);
        addMissing(here, String.valueOf(Path.of(settings.link()).getParent()), missing);
        return missing;
    }

    private static void addMissing(Workplace here, String directory, List<String> missing) {
        Path path = Path.of("/");
        for (Path element : Path.of(directory)) {
            path = path.resolve(element);
            if (!Files.exists(here.at(path.toString())) && !missing.contains(path.toString())) {
                missing.add(path.toString());
            }
        }
    }

    private static void make(Workplace here, List<String> directories) throws IOException {
        for (String directory : directories) {
            Path path = here.at(directory);
            if (!Files.isDirectory(path)) {
                here.disk().createDirectory(path, DIRECTORY_MODE);
            }
            here.disk().force(path);
            here.disk().force(Durably.directoryOf(path));
        }
    }

    @Override
    public Outcome apply(Workplace here) throws IOException {
        Captured captured = captured(here)
                .orElseThrow(() -> new IllegalStateException("nothing was captured before " + manifest.id()));
        InstallDisk disk = here.disk();
        Versions versions = versions(here);
        Placed placed = OwnRecord.read(here.staging().resolve(Placed.FILE), OwnRecord.Use.PLACED, Placed::decode);
        make(here, captured.missing());
        home(here).settle(placed.withMade(made(here, captured)), here.staging().resolve(Placed.LIST));
        versions.mark(version, manifest);
        if (captured.present()) {
            try (FileListReader list = home(here).list(placed)) {
                new Mending(versions.of(version), versions.mending(version), disk)
                        .mend(list, file -> here.staging().resolve(TREE).resolve(file.path()));
            }
        } else if (!versions.has(version)) {
            arrive(here, versions);
        }
        // Also where it is there already: a rename that was cut off stands in one of the two directories alone.
        disk.force(versions.directory());
        disk.force(here.staging());
        return Outcome.DONE;
    }

    /** Directories that removal will take away: those made now, and those made for the versions before. */
    private List<String> made(Workplace here, Captured captured) throws IOException {
        Set<String> made = new LinkedHashSet<>();
        home(here).placed().ifPresent(placed -> made.addAll(placed.made()));
        if (here.previous().isPresent()) {
            new LineHome(here.previous().get().home(), here.disk())
                    .placed()
                    .ifPresent(placed -> made.addAll(placed.made()));
        }
        made.addAll(captured.missing());
        return List.copyOf(made);
    }

    private void arrive(Workplace here, Versions versions) throws IOException {
        Path tree = here.staging().resolve(TREE);
        try {
            here.disk().rename(tree, versions.of(version));
        } catch (AtomicMoveNotSupportedException e) {
            Path arriving = versions.arriving(version);
            here.disk().delete(arriving);
            TreeCopy.copy(tree, arriving, here.disk(), here.progress());
            here.disk().forceTree(arriving);
            here.disk().rename(arriving, versions.of(version));
        }
    }

    @Override
    public Outcome activate(Workplace here) throws IOException {
        home(here).activate();
        link(here).lead(version);
        return Outcome.DONE;
    }

    // ---- look ----

    @Override
    public List<String> verify(Workplace here) throws IOException {
        if (removing(here)) {
            return verifyRemoved(here);
        }
        Optional<Placed> placed = home(here).placed();
        if (placed.isEmpty()) {
            return List.of(settings.versions() + "/" + version + " is not known to be in place");
        }
        List<String> lines = new ArrayList<>();
        if (home(here).active()) {
            link(here).wrong(version).ifPresent(lines::add);
        }
        Versions versions = versions(here);
        if (!versions.has(version)) {
            lines.add(settings.versions() + "/" + version + ": is gone");
            return lines;
        }
        try (FileListReader list = home(here).list(placed.get())) {
            new Comparison(here.progress())
                    .of(list, versions.of(version), DIFFERENCES_MAX - lines.size())
                    .forEach(difference -> lines.add(settings.versions() + "/" + version + "/" + difference));
        }
        return lines;
    }

    @Override
    public List<String> verifyRemoved(Workplace here) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String one : captured(here).map(Captured::versions).orElse(List.of())) {
            if (versions(here).has(one)) {
                lines.add(settings.versions() + "/" + one + ": is still there");
            }
        }
        link(here).version().ifPresent(linked -> lines.add(settings.link() + ": still leads to version " + linked));
        return lines;
    }

    private static Optional<Captured> captured(Workplace here) throws IOException {
        Path file = here.undo().resolve(Captured.FILE);
        return Files.exists(file)
                ? Optional.of(OwnRecord.read(file, OwnRecord.Use.UNDO, Captured::decode))
                : Optional.empty();
    }

    private static boolean removing(Workplace here) {
        return Files.exists(here.undo().resolve(REMOVING));
    }

    // ---- back ----

    @Override
    public Outcome undo(Workplace here) throws IOException {
        Optional<Captured> before = captured(here);
        if (before.isEmpty()) {
            return Outcome.DONE;
        }
        Captured captured = before.get();
        InstallDisk disk = here.disk();
        Versions versions = versions(here);
        for (String one : captured.versions()) {
            versions.unhide(one);
        }
        link(here).restore(captured.link());
        if (Files.isDirectory(versions.directory())) {
            if (captured.present()) {
                versions.clear(version);
                if (captured.marker().isPresent()) {
                    versions.mark(version, captured.marker().get().getBytes(StandardCharsets.UTF_8));
                }
            } else {
                versions.delete(version);
            }
            disk.force(versions.directory());
        }
        deleteEmpty(here, captured.missing());
        home(here).restore(captured);
        return Outcome.DONE;
    }

    private static void deleteEmpty(Workplace here, List<String> directories) throws IOException {
        for (String directory : directories.reversed()) {
            Path path = here.at(directory);
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && isEmpty(path)) {
                here.disk().delete(path);
            }
            // Also where it is gone: the process that deleted it may have been ended then.
            if (Files.isDirectory(Durably.directoryOf(path))) {
                here.disk().force(Durably.directoryOf(path));
            }
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            return !all.iterator().hasNext();
        }
    }

    // ---- for good ----

    @Override
    public void commit(Workplace here) throws IOException {
        if (removing(here)) {
            commitRemoval(here);
            return;
        }
        Versions versions = versions(here);
        SortedMap<String, Versions.Marker> markers = versions.markers();
        Optional<String> linked = link(here).version();
        List<String> older = ours(versions).stream()
                .filter(one -> !one.equals(version))
                .sorted(Comparator.comparingLong((String one) -> Optional.ofNullable(markers.get(one))
                                .orElseThrow()
                                .serial())
                        .reversed())
                .toList();
        for (String one : older.subList(Math.min(KEPT, older.size()), older.size())) {
            if (!linked.equals(Optional.of(one))) {
                versions.delete(one);
            }
        }
        versions.sweep();
    }

    private void commitRemoval(Workplace here) throws IOException {
        Versions versions = versions(here);
        if (Files.isDirectory(versions.directory())) {
            for (String one : captured(here).map(Captured::versions).orElse(List.of())) {
                versions.deleteHidden(one);
            }
            versions.sweep();
        }
        Optional<Placed> placed = home(here).placed();
        if (placed.isPresent()) {
            deleteEmpty(here, placed.get().made());
        }
    }

    @Override
    public Outcome remove(Workplace here) throws IOException {
        Captured captured = captured(here)
                .orElseThrow(() -> new IllegalStateException("nothing was captured before " + manifest.id()));
        InstallDisk disk = here.disk();
        KeptRecord.write(disk, here.undo().resolve(REMOVING), new byte[0], PRIVATE_FILE);
        link(here).remove();
        for (String one : captured.versions()) {
            versions(here).hide(one);
        }
        if (Files.isDirectory(versions(here).directory())) {
            disk.force(versions(here).directory());
        }
        return Outcome.DONE;
    }

    // ---- mend ----

    @Override
    public void mend(Workplace here) throws IOException {
        Optional<Placed> known = home(here).placed();
        if (known.isEmpty()) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT, manifest.id() + " is not known to be in place; install it again");
        }
        InstallDisk disk = here.disk();
        Versions versions = versions(here);
        make(here, missing(here));
        if (!versions.has(version)) {
            disk.delete(versions.of(version));
            disk.createDirectory(versions.of(version), DIRECTORY_MODE);
            disk.force(versions.directory());
        }
        Path directory = here.staging().resolve(AGAIN);
        Map<String, Path> again =
                content.again(here, damaged(here, versions.of(version), home(here), known.get()), directory);
        try (FileListReader list = home(here).list(known.get())) {
            new Mending(versions.of(version), versions.mending(version), disk)
                    .mend(
                            list,
                            file -> Optional.ofNullable(again.get(file.path()))
                                    .orElseThrow(() ->
                                            new IOException(file.path() + " changed while it was mended; mend again")));
        }
        disk.delete(directory);
        if (home(here).active()) {
            link(here).mend(version);
        }
    }

    /** The files whose bytes are wrong. */
    private static Set<String> damaged(Workplace here, Path directory, LineHome home, Placed placed)
            throws IOException {
        Set<String> damaged = new HashSet<>();
        try (FileListReader list = home.list(placed)) {
            new Comparison(here.progress())
                    .of(list, directory, Integer.MAX_VALUE).stream()
                            .filter(difference ->
                                    !difference.rightsOnly() && difference.entry() instanceof FileEntry.File)
                            .forEach(
                                    difference -> damaged.add(difference.entry().path()));
        }
        return damaged;
    }
}
