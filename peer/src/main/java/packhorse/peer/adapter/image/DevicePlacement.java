package packhorse.peer.adapter.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Mounts;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Way;
import packhorse.peer.adapter.Workplace;

/**
 * An image on one device or in one file.
 *
 * <p>{@code capture} compares the image with what is there and keeps the ranges that differ; {@code apply} writes just these; {@code undo}
 * writes them back. What lies behind the image's end stays. Where a process was cut off while it wrote, the next one reads first
 * and goes on where it has to; a mark in the undo directory says that writing was begun. Taking an image off writes zeros over it,
 * kept the same way.
 */
final class DevicePlacement implements Placement {
    private static final String BEGUN = "begun";
    private static final int PRIVATE_MODE = 0600;

    private final Manifest manifest;
    private final ImageSettings.Single settings;

    DevicePlacement(Manifest manifest, ImageSettings.Single settings) {
        this.manifest = manifest;
        this.settings = settings;
    }

    private long length() {
        return manifest.content().length();
    }

    @Override
    public Set<Path> claims() {
        return Set.of(Path.of(settings.device()));
    }

    @Override
    public boolean undoable() {
        return !settings.irreversible();
    }

    // ---- before ----

    @Override
    public List<String> precheck(Workplace here) throws IOException {
        try {
            Target target = Target.find(here, settings.device());
            Optional<String> inTheWay = target.inTheWay(here, length());
            return inTheWay.or(() -> tooLittleRoom(here, target)).stream().toList();
        } catch (AdapterException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> tooLittleRoom(Workplace here, Target target) {
        try {
            long needed = keeping(here, target);
            long free = here.disk().usableBytes(here.undo());
            return needed <= free
                    ? Optional.empty()
                    : Optional.of(
                            "keeping what " + settings.device() + " has now takes " + needed + " bytes, and " + free
                                    + " are free at " + here.undo()
                                    + "; free some, or publish the image with irreversible: true");
        } catch (IOException e) {
            return Optional.of(settings.device() + " cannot be read: " + e.getMessage() + "; look after that disk");
        }
    }

    /** Where there is room for a copy of all, the two are not compared for this: that would read both once more. */
    private long keeping(Workplace here, Target target) throws IOException {
        if (settings.irreversible()) {
            return 0;
        }
        if (here.content().isEmpty() || here.disk().usableBytes(here.undo()) / 2 > length()) {
            return length();
        }
        try (FileChannel image = FileChannel.open(here.content().get(), StandardOpenOption.READ)) {
            return Kept.needed(Bytes.of(image), target.path(), length());
        }
    }

    @Override
    public List<SpaceNeed> space(Workplace here) throws IOException {
        try {
            return List.of(new SpaceNeed(here.undo(), keeping(here, Target.find(here, settings.device()))));
        } catch (AdapterException e) {
            // The precheck says so.
            return List.of();
        }
    }

    @Override
    public void prepare(Workplace here) throws IOException {
        requireImage(manifest, here);
    }

    /** The installer hashed it while it took it over; it is written from where it lies. */
    static Path requireImage(Manifest manifest, Workplace here) throws IOException {
        Path image = here.content()
                .orElseThrow(() -> new AdapterException(
                        CodeClass.TRANSIENT, manifest.id() + " came without its content; distribute it again"));
        if (Files.size(image) != manifest.content().length()) {
            throw new AdapterException(
                    CodeClass.PERMANENT,
                    manifest.id() + " has " + manifest.content().length() + " bytes, and " + image + " has "
                            + Files.size(image) + "; distribute it again");
        }
        return image;
    }

    // ---- there ----

    @Override
    public void capture(Workplace here) throws IOException {
        InstallDisk disk = here.disk();
        disk.createDirectories(here.undo());
        disk.delete(here.undo().resolve(BEGUN));
        disk.force(here.undo());
        Target target = free(here);
        if (settings.irreversible()) {
            return;
        }
        if (here.content().isEmpty()) {
            Kept.keep(disk, Bytes.ZEROS, target.path(), length(), here.undo(), here.progress());
            return;
        }
        try (FileChannel image = FileChannel.open(here.content().get(), StandardOpenOption.READ)) {
            Kept.keep(disk, Bytes.of(image), target.path(), length(), here.undo(), here.progress());
        }
    }

    private Target free(Workplace here) throws IOException {
        Target target = Target.find(here, settings.device());
        Optional<String> inTheWay = target.inTheWay(here, length());
        if (inTheWay.isPresent()) {
            throw new AdapterException(CodeClass.ENVIRONMENT, inTheWay.get());
        }
        return target;
    }

    @Override
    public Outcome apply(Workplace here) throws IOException {
        try (FileChannel image = FileChannel.open(requireImage(manifest, here), StandardOpenOption.READ)) {
            write(here, Bytes.of(image));
        }
        return Outcome.DONE;
    }

    @Override
    public Outcome remove(Workplace here) throws IOException {
        write(here, Bytes.ZEROS);
        return Outcome.DONE;
    }

    private void write(Workplace here, Bytes wanted) throws IOException {
        Target target = free(here);
        if (!settings.irreversible() && Kept.find(here.undo()).isEmpty()) {
            throw new AdapterException(
                    CodeClass.PERMANENT,
                    manifest.id() + " was not captured before it was to be written; begin it anew");
        }
        // Ranges that are right cost a read and no write; without a copy of the old ones there is nothing to compare at
        // first.
        boolean again = begun(here);
        begin(here);
        boolean compared = again || !settings.irreversible();
        Writing.write(here.disk(), wanted, length(), target.path(), compared, here.progress());
    }

    private static boolean begun(Workplace here) {
        return Files.exists(here.undo().resolve(BEGUN));
    }

    private static void begin(Workplace here) throws IOException {
        // Also where it is there: its name may not have come to the disk before the process that made it was ended.
        here.disk().createDirectories(here.undo());
        here.disk().replace(here.undo().resolve(BEGUN), new byte[0], PRIVATE_MODE);
    }

    @Override
    public Outcome activate(Workplace here) {
        // It is in use as soon as somebody mounts or starts it.
        return Outcome.DONE;
    }

    // ---- afterwards ----

    @Override
    public List<String> verify(Workplace here) throws IOException {
        try {
            Target target = Target.find(here, settings.device());
            return differences(here, manifest, target);
        } catch (AdapterException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    /** A device that is mounted for writing lives; nobody can say what it should be. */
    static List<String> differences(Workplace here, Manifest manifest, Target target) throws IOException {
        long length = manifest.content().length();
        if (target.mounted(here).filter(Mounts.Mount::writable).isPresent()) {
            return List.of();
        }
        if (target.bytes() < length) {
            return List.of(target.said() + " holds " + target.bytes() + " bytes, fewer than the image's " + length);
        }
        Sha256 found = Writing.readBack(target.path(), length, here.progress());
        if (found.equals(manifest.content().sha256())) {
            return List.of();
        }
        return List.of(target.said() + " has other bytes than the image " + manifest.contentName() + " of "
                + manifest.id() + where(here, target, length));
    }

    private static String where(Workplace here, Target target, long length) throws IOException {
        if (here.content().isEmpty()) {
            return "";
        }
        List<Long> places = new ArrayList<>();
        try (FileChannel image = FileChannel.open(here.content().get(), StandardOpenOption.READ);
                FileChannel present = Way.read(target.path())) {
            Ranges.walk(Bytes.of(image), Bytes.of(present), 0, length, Ranges.COMPARED, new Ranges.Visitor() {
                @Override
                public void data(long at, java.nio.ByteBuffer wanted, java.nio.ByteBuffer now) {
                    places.add(at);
                }

                @Override
                public void zeros(long at, int count, java.nio.ByteBuffer now) {
                    places.add(at);
                }
            });
        }
        return places.isEmpty() ? "" : ", in " + places.size() + " ranges, the first at byte " + places.getFirst();
    }

    @Override
    public List<String> verifyRemoved(Workplace here) throws IOException {
        Target target = Target.find(here, settings.device());
        boolean zero = true;
        try (FileChannel present = Way.read(target.path())) {
            java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocateDirect(Ranges.PORTION_BYTES);
            for (long at = 0; at < length() && zero; at += buffer.limit()) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), length() - at));
                Bytes.of(present).read(buffer, at);
                zero = Ranges.isZero(buffer.flip());
            }
        }
        return zero ? List.of() : List.of(settings.device() + " still has bytes of an image");
    }

    @Override
    public void mend(Workplace here) throws IOException {
        Target target = free(here);
        try (FileChannel image = FileChannel.open(requireImage(manifest, here), StandardOpenOption.READ)) {
            Writing.write(here.disk(), Bytes.of(image), length(), target.path(), Ranges.COMPARED, here.progress());
        }
    }

    @Override
    public Outcome undo(Workplace here) throws IOException {
        if (!begun(here)) {
            // Nothing is written before that mark.
            return Outcome.DONE;
        }
        Optional<Kept> kept = Kept.find(here.undo());
        if (kept.isEmpty()) {
            throw new AdapterException(
                    CodeClass.PERMANENT,
                    settings.device() + " cannot be brought back: " + manifest.id()
                            + " says irreversible, so nothing was kept; write another image to it");
        }
        Target target = Target.find(here, settings.device());
        Optional<String> inTheWay = target.inTheWay(here, 0);
        if (inTheWay.isPresent()) {
            throw new AdapterException(CodeClass.ENVIRONMENT, inTheWay.get());
        }
        kept.get().restore(here.disk(), here.undo(), target.path(), here.progress());
        return Outcome.DONE;
    }

    @Override
    public void commit(Workplace here) throws IOException {
        if (Files.isDirectory(here.undo())) {
            here.disk().delete(Objects.requireNonNull(here.undo().resolve(BEGUN)));
            Kept.forget(here.disk(), here.undo());
        }
    }
}
