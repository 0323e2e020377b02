package packhorse.peer.adapter.archive;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import packhorse.core.content.BadContentException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.CodeClass;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileList;
import packhorse.core.content.Manifest;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Outcome;
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
    /** What a compressed archive becomes is not known before it is read; prepare counts, and looks again before it writes. */
    private static final long UNPACKED_GUESS = 4;
    /** A file's last block, its name and its inode. */
    private static final long BYTES_BESIDE_ENTRY = 4096;

    private final Manifest manifest;
    private final ArchiveSettings settings;
    private final String version;

    ArchivePlacement(Manifest manifest, ArchiveSettings settings) {
        this.manifest = manifest;
        this.settings = settings;
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

    // ---- before ----

    @Override
    public List<String> precheck(Workplace here) throws IOException {
        return new Precheck(manifest, settings, here, versions(here)).problems();
    }

    @Override
    public List<SpaceNeed> space(Workplace here) throws IOException {
        long packed = manifest.content().length();
        long unpacked = settings.format() == Format.TREE || settings.format() == Format.TAR
                ? packed
                : Math.min(packed * UNPACKED_GUESS, settings.limits().unpackedMax(packed));
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
            there = Mending.parentOf(there);
        }
        return there;
    }

    // ---- prepare ----

    @Override
    public void prepare(Workplace here) throws IOException {
        Source source = source(here);
        Survey.Found found = survey(source);
        long needed = found.bytes() + found.paths() * BYTES_BESIDE_ENTRY;
        long usable = here.disk().usableBytes(here.staging());
        if (usable < needed) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    manifest.id() + " unpacks to " + needed + " bytes, and " + usable + " are free at " + here.staging()
                            + "; free some");
        }
        InstallDisk disk = here.disk();
        Path tree = here.staging().resolve(TREE);
        Path list = here.staging().resolve(Placed.LIST);
        disk.createDirectories(here.staging());
        disk.delete(tree);
        disk.delete(list);
        Placed placed = judged(() -> {
            List<FileEntry> written = Unpacker.unpack(source, tree, disk, here.progress());
            return settings.format() == Format.TREE ? copyList(here, list) : writeList(written, list, disk);
        });
        disk.forceTree(here.staging());
        KeptRecord.write(disk, here.staging().resolve(Placed.FILE), placed.encode(), PRIVATE_FILE);
    }

    private Source source(Workplace here) {
        Path content = here.content()
                .orElseThrow(() -> new AdapterException(
                        CodeClass.ENVIRONMENT, "the content of " + manifest.id() + " is not at hand; fetch it again"));
        return switch (settings.format()) {
            case TREE ->
                new TreeSource(
                        manifest,
                        content,
                        here.fileList()
                                .orElseThrow(() -> new AdapterException(
                                        CodeClass.ENVIRONMENT,
                                        "the file list of " + manifest.id() + " is not at hand; fetch it again")));
            case TAR, TAR_GZ, TAR_ZST -> new TarSource(content, settings);
            case ZIP -> new ZipSource(content, settings);
        };
    }

    private Survey.Found survey(Source source) throws IOException {
        return judged(() -> settings.format() == Format.TREE
                ? Survey.ofListed(source)
                : Survey.of(source, settings.limits(), manifest.content().length()));
    }

    /** What reads an archive. */
    private interface Judging<T> {
        T judge() throws IOException;
    }

    private <T> T judged(Judging<T> judging) throws IOException {
        try {
            return judging.judge();
        } catch (BadContentException e) {
            throw new AdapterException(CodeClass.PERMANENT, manifest.id() + ": " + e.getMessage(), e);
        }
    }

    private Placed copyList(Workplace here, Path list) throws IOException {
        try (InputStream in = Files.newInputStream(here.fileList().orElseThrow())) {
            here.disk().create(list, in, PRIVATE_FILE, done -> {});
        }
        return new Placed(manifest.files(), manifest.fileCount(), List.of());
    }

    private static Placed writeList(List<FileEntry> entries, Path list, InstallDisk disk) throws IOException {
        FileList lines = new FileList();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        entries.forEach(entry -> all.writeBytes(lines.encode(entry)));
        disk.create(list, all.toByteArray(), PRIVATE_FILE);
        return new Placed(BlobRef.of(all.toByteArray()), entries.size(), List.of());
    }

    // ---- there ----

    @Override
    public void capture(Workplace here) throws IOException {
        InstallDisk disk = here.disk();
        disk.createDirectories(here.undo());
        disk.delete(here.undo().resolve(REMOVING));
        Versions versions = versions(here);
        Path link = here.at(settings.link());
        boolean linked = Files.isSymbolicLink(link);
        List<String> missing = new ArrayList<>();
        addMissing(here, settings.versions(), missing);
        addMissing(here, String.valueOf(Path.of(settings.link()).getParent()), missing);
        Captured captured = new Captured(
                linked ? Optional.of(Files.readSymbolicLink(link).toString()) : Optional.empty(),
                linked ? Optional.of(UnixFile.of(link).owner()) : Optional.empty(),
                versions.has(version),
                text(versions.marker(version)),
                missing,
                ours(versions),
                text(here.home().resolve(Placed.FILE)),
                Files.exists(here.home().resolve(Placed.ACTIVE)));
        KeptRecord.write(disk, here.undo().resolve(Captured.FILE), captured.encode(), PRIVATE_FILE);
    }

    private static Optional<String> text(Path file) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                ? Optional.of(Files.readString(file))
                : Optional.empty();
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
            here.disk().force(Mending.parentOf(path));
        }
    }

    @Override
    public Outcome apply(Workplace here) throws IOException {
        Captured captured = captured(here)
                .orElseThrow(() -> new IllegalStateException("nothing was captured before " + manifest.id()));
        InstallDisk disk = here.disk();
        Versions versions = versions(here);
        Placed placed = Placed.decode(Files.readAllBytes(here.staging().resolve(Placed.FILE)));
        make(here, captured.missing());
        settle(here, placed.withMade(made(here, captured)));
        versions.mark(version, manifest);
        if (captured.present()) {
            try (FileListReader list = list(here.home(), placed)) {
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
        for (Optional<Path> home :
                List.of(Optional.of(here.home()), here.previous().map(Workplace.Previous::home))) {
            if (home.isPresent()) {
                placed(home.get()).ifPresent(placed -> made.addAll(placed.made()));
            }
        }
        made.addAll(captured.missing());
        return List.copyOf(made);
    }

    /** Writes down in the line's home what verify, mend and removal need. */
    private void settle(Workplace here, Placed placed) throws IOException {
        InstallDisk disk = here.disk();
        disk.createDirectories(here.home());
        Path list = here.home().resolve(Placed.LIST);
        Path fresh = InstallDisk.freshBeside(list);
        disk.delete(fresh);
        try (InputStream in =
                new BufferedInputStream(Files.newInputStream(here.staging().resolve(Placed.LIST)))) {
            disk.create(fresh, in, PRIVATE_FILE, done -> {});
        }
        disk.force(fresh);
        disk.rename(fresh, list);
        KeptRecord.write(disk, here.home().resolve(Placed.FILE), placed.encode(), PRIVATE_FILE);
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
        InstallDisk disk = here.disk();
        Path active = here.home().resolve(Placed.ACTIVE);
        KeptRecord.write(disk, active, new byte[0], PRIVATE_FILE);
        String target = target(here);
        Path link = here.at(settings.link());
        if (!leadsTo(link, target)) {
            disk.switchLink(link, target);
        }
        disk.force(Mending.parentOf(link));
        return Outcome.DONE;
    }

    private static boolean leadsTo(Path link, String target) throws IOException {
        return Files.isSymbolicLink(link)
                && Files.readSymbolicLink(link).toString().equals(target);
    }

    /** What the link says: relative, so that it means the same inside the machine's root and from outside. */
    private String target(Workplace here) throws IOException {
        Path from = Mending.parentOf(here.at(settings.link())).toRealPath();
        Path to = here.at(settings.versions()).toRealPath().resolve(version);
        return from.relativize(to).toString();
    }

    // ---- look ----

    @Override
    public List<String> verify(Workplace here) throws IOException {
        if (removing(here)) {
            return verifyRemoved(here);
        }
        Optional<Placed> placed = placed(here.home());
        if (placed.isEmpty()) {
            return List.of(settings.versions() + "/" + version + " is not known to be in place");
        }
        List<String> lines = new ArrayList<>();
        if (Files.exists(here.home().resolve(Placed.ACTIVE))) {
            wrongLink(here).ifPresent(lines::add);
        }
        Versions versions = versions(here);
        if (!versions.has(version)) {
            lines.add(settings.versions() + "/" + version + ": is gone");
            return lines;
        }
        try (FileListReader list = list(here.home(), placed.get())) {
            new Comparison(here.progress())
                    .of(list, versions.of(version), DIFFERENCES_MAX - lines.size())
                    .forEach(difference -> lines.add(settings.versions() + "/" + version + "/" + difference));
        }
        return lines;
    }

    private Optional<String> wrongLink(Workplace here) throws IOException {
        Path link = here.at(settings.link());
        if (!Files.isSymbolicLink(link)) {
            return Optional.of(settings.link() + ": "
                    + (Files.exists(link, LinkOption.NOFOLLOW_LINKS) ? "is no longer a link" : "is gone"));
        }
        return leadsTo(link, target(here))
                ? Optional.empty()
                : Optional.of(
                        settings.link() + ": leads to " + Files.readSymbolicLink(link) + ", not to version " + version);
    }

    @Override
    public List<String> verifyRemoved(Workplace here) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String one : captured(here).map(Captured::versions).orElse(List.of())) {
            if (versions(here).has(one)) {
                lines.add(settings.versions() + "/" + one + ": is still there");
            }
        }
        linkedVersion(here).ifPresent(linked -> lines.add(settings.link() + ": still leads to version " + linked));
        return lines;
    }

    private FileListReader list(Path home, Placed placed) throws IOException {
        return new FileListReader(placed.list(), placed.count(), home.resolve(Placed.LIST));
    }

    private static Optional<Placed> placed(Path home) throws IOException {
        Path file = home.resolve(Placed.FILE);
        return Files.exists(file) ? Optional.of(Placed.decode(Files.readAllBytes(file))) : Optional.empty();
    }

    private static Optional<Captured> captured(Workplace here) throws IOException {
        Path file = here.undo().resolve(Captured.FILE);
        return Files.exists(file) ? Optional.of(Captured.decode(Files.readAllBytes(file))) : Optional.empty();
    }

    private static boolean removing(Workplace here) {
        return Files.exists(here.undo().resolve(REMOVING));
    }

    /** The version that the link leads to, where it leads to one of this line's directory. */
    private Optional<String> linkedVersion(Workplace here) throws IOException {
        return Precheck.linkedVersion(here, settings);
    }

    // ---- back ----

    @Override
    public void undo(Workplace here) throws IOException {
        Optional<Captured> before = captured(here);
        if (before.isEmpty()) {
            return;
        }
        Captured captured = before.get();
        InstallDisk disk = here.disk();
        Versions versions = versions(here);
        for (String one : captured.versions()) {
            versions.unhide(one);
        }
        undoLink(here, captured);
        if (Files.isDirectory(versions.directory())) {
            if (captured.present()) {
                versions.clear(version);
                if (captured.marker().isPresent()) {
                    versions.mark(version, captured.marker().get().getBytes(java.nio.charset.StandardCharsets.UTF_8));
                }
            } else {
                versions.delete(version);
            }
            disk.force(versions.directory());
        }
        deleteEmpty(here, captured.missing());
        undoHome(here, captured);
    }

    private void undoLink(Workplace here, Captured captured) throws IOException {
        InstallDisk disk = here.disk();
        Path link = here.at(settings.link());
        if (!Files.isDirectory(Mending.parentOf(link))) {
            return;
        }
        disk.delete(InstallDisk.freshBeside(link));
        if (captured.link().isEmpty()) {
            if (Files.isSymbolicLink(link)) {
                disk.delete(link);
            }
        } else if (!leadsTo(link, captured.link().get())) {
            Path fresh = InstallDisk.freshBeside(link);
            disk.symlink(fresh, captured.link().get());
            FileEntry.Owner owner = captured.linkOwner().orElseThrow();
            disk.owner(fresh, owner.uid(), owner.gid());
            disk.rename(fresh, link);
        }
        disk.force(Mending.parentOf(link));
    }

    private void undoHome(Workplace here, Captured captured) throws IOException {
        InstallDisk disk = here.disk();
        if (!Files.isDirectory(here.home())) {
            return;
        }
        for (String name : List.of(Placed.LIST, Placed.FILE, Placed.ACTIVE)) {
            disk.delete(InstallDisk.freshBeside(here.home().resolve(name)));
        }
        if (!captured.active()) {
            disk.delete(here.home().resolve(Placed.ACTIVE));
        }
        if (captured.placed().isPresent()) {
            KeptRecord.write(
                    disk,
                    here.home().resolve(Placed.FILE),
                    captured.placed().get().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    PRIVATE_FILE);
        } else {
            disk.delete(here.home().resolve(Placed.FILE));
            disk.delete(here.home().resolve(Placed.LIST));
        }
        disk.force(here.home());
    }

    private static void deleteEmpty(Workplace here, List<String> directories) throws IOException {
        for (String directory : directories.reversed()) {
            Path path = here.at(directory);
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && isEmpty(path)) {
                here.disk().delete(path);
                here.disk().force(Mending.parentOf(path));
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
        Optional<String> linked = linkedVersion(here);
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
        Optional<Placed> placed = placed(here.home());
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
        Path link = here.at(settings.link());
        if (linkedVersion(here).isPresent()) {
            disk.delete(link);
        }
        if (Files.isDirectory(Mending.parentOf(link))) {
            disk.force(Mending.parentOf(link));
        }
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
        Optional<Placed> known = placed(here.home());
        if (known.isEmpty()) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT, manifest.id() + " is not known to be in place; install it again");
        }
        InstallDisk disk = here.disk();
        Versions versions = versions(here);
        make(here, missingNow(here));
        if (!versions.has(version)) {
            disk.delete(versions.of(version));
            disk.createDirectory(versions.of(version), DIRECTORY_MODE);
            disk.force(versions.directory());
        }
        Map<String, Path> again = again(here, versions, known.get());
        try (FileListReader list = list(here.home(), known.get())) {
            new Mending(versions.of(version), versions.mending(version), disk)
                    .mend(
                            list,
                            file -> Optional.ofNullable(again.get(file.path()))
                                    .orElseThrow(() ->
                                            new IOException(file.path() + " changed while it was mended; mend again")));
        }
        disk.delete(here.staging().resolve(AGAIN));
        if (Files.exists(here.home().resolve(Placed.ACTIVE)) && wrongLink(here).isPresent()) {
            Path link = here.at(settings.link());
            if (Files.isDirectory(link, LinkOption.NOFOLLOW_LINKS)) {
                throw new AdapterException(
                        CodeClass.ENVIRONMENT, settings.link() + " is a directory, not a link; move it away");
            }
            disk.switchLink(link, target(here));
        }
    }

    private List<String> missingNow(Workplace here) {
        List<String> missing = new ArrayList<>();
        addMissing(here, settings.versions(), missing);
        addMissing(here, String.valueOf(Path.of(settings.link()).getParent()), missing);
        return missing;
    }

    /** Unpacks the files whose bytes are wrong, and only those, into staging; by path in the tree. */
    private Map<String, Path> again(Workplace here, Versions versions, Placed placed) throws IOException {
        Set<String> wanted = new HashSet<>();
        try (FileListReader list = list(here.home(), placed)) {
            new Comparison(here.progress())
                    .of(list, versions.of(version), Integer.MAX_VALUE).stream()
                            .filter(difference ->
                                    !difference.rightsOnly() && difference.entry() instanceof FileEntry.File)
                            .forEach(difference -> wanted.add(difference.entry().path()));
        }
        if (wanted.isEmpty()) {
            return Map.of();
        }
        InstallDisk disk = here.disk();
        Path directory = here.staging().resolve(AGAIN);
        disk.createDirectories(here.staging());
        disk.delete(directory);
        disk.createDirectories(directory);
        Source source = source(here);
        Map<String, String> sameAs = new HashMap<>();
        judged(() -> {
            source.walk((item, data) -> {
                if (item instanceof Item.HardLink link && wanted.contains(link.path())) {
                    sameAs.put(link.path(), sameAs.getOrDefault(link.existing(), link.existing()));
                }
            });
            return true;
        });
        wanted.addAll(sameAs.values());
        Map<String, Path> again = new HashMap<>();
        judged(() -> {
            source.walk((item, data) -> {
                if (item instanceof Item.File file && wanted.contains(file.path())) {
                    Path path = directory.resolve(String.valueOf(again.size()));
                    disk.create(path, data, PRIVATE_FILE, done -> {});
                    again.put(file.path(), path);
                }
            });
            return true;
        });
        sameAs.forEach((path, existing) ->
                Optional.ofNullable(again.get(existing)).ifPresent(bytes -> again.put(path, bytes)));
        return again;
    }
}
