package packhorse.peer.adapter.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.core.durable.DurableFiles;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.OwnRecord;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.image.ImageSettings.Slot;

/**
 * An image in that slot of two that does not run, and the boot loader's way to it.
 *
 * <pre>
 *   capture   which slot runs, which is written, what the switch says
 *   apply     the image into the other slot; the switch is not touched, so a start in between starts the old one
 *   activate  the slot read back and hashed, then the switch in one step, with the tries; then a start is needed
 *   verify    before activation: the slot's bytes. After it: the new slot runs, and its bytes where nobody writes to it
 *   undo      the switch as it was; the slot keeps what was written, and nothing starts it
 *   commit    the tries go: the slot is good. Where they stay, that is a difference from then on, which mending ends
 * </pre>
 *
 * <p>Which slot is written is decided once, at capture, and stands in the undo directory: after the machine's next start the other
 * one runs, and a decision made then would write over it. A machine that came up in the old slot, because its boot loader gave the new
 * one up, is a failed verification like any other, and is undone.
 */
final class SlotPlacement implements Placement {
    private static final Logger LOG = LoggerFactory.getLogger(SlotPlacement.class);

    private static final String BEGUN = "begun";
    private static final String CAPTURED = "slots.json";
    private static final String PLACED = "slot.json";
    private static final int PRIVATE_MODE = 0600;

    private final Manifest manifest;
    private final ImageSettings.Slots settings;

    SlotPlacement(Manifest manifest, ImageSettings.Slots settings) {
        this.manifest = manifest;
        this.settings = settings;
    }

    private long length() {
        return manifest.content().length();
    }

    @Override
    public Set<Path> claims() {
        Set<Path> claims = new LinkedHashSet<>();
        settings.slots().forEach(slot -> claims.add(Path.of(slot.device())));
        claims.add(Path.of(settings.change().file()));
        return claims;
    }

    @Override
    public boolean undoable() {
        return true;
    }

    // ---- which ----

    private Slot running(Workplace here) throws IOException {
        Optional<String> said = Switching.running(settings.running(), here);
        for (Slot slot : settings.slots()) {
            if (said.isPresent() && slot.running().equals(said.get())) {
                return slot;
            }
        }
        throw new AdapterException(
                CodeClass.ENVIRONMENT,
                settings.running().file() + " says that the slot "
                        + said.map(word -> "\"" + word + "\"").orElse("(nothing)") + " runs, which is neither "
                        + settings.slots().get(0).running() + " nor "
                        + settings.slots().get(1).running() + "; correct settings.running");
    }

    private Slot other(Slot slot) {
        return settings.slots().get(0).equals(slot)
                ? settings.slots().get(1)
                : settings.slots().get(0);
    }

    /** @throws AdapterException where writing to it would put the next start at risk */
    private Target free(Workplace here, Slot slot) throws IOException {
        Slot running = running(here);
        if (running.equals(slot)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT, "the slot " + slot.name() + " runs; it is not written to while it does");
        }
        Optional<String> selected = new Switching(settings.change(), here).selected();
        if (selected.isPresent() && selected.get().equals(slot.name())) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    settings.change().file() + " says that the slot " + slot.name()
                            + " is started next, though " + running.name()
                            + " runs; start the machine again, or switch it back first");
        }
        Target target = Target.find(here, slot.device());
        if (Files.exists(here.at(running.device())) && Files.isSameFile(target.path(), here.at(running.device()))) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT, "both slots are " + target.path() + "; correct settings.slots");
        }
        Optional<String> inTheWay = target.inTheWay(here, length());
        if (inTheWay.isPresent()) {
            throw new AdapterException(CodeClass.ENVIRONMENT, inTheWay.get());
        }
        return target;
    }

    // ---- before ----

    @Override
    public List<String> precheck(Workplace here) throws IOException {
        List<String> problems = new ArrayList<>();
        try {
            Target unused = free(here, other(running(here)));
        } catch (AdapterException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        Path directory =
                Objects.requireNonNull(here.at(settings.change().file()).getParent());
        if (!Files.isDirectory(directory)) {
            problems.add("the directory of " + settings.change().file()
                    + " is not there; mount the boot partition, or correct settings.switch");
        }
        return problems;
    }

    @Override
    public List<SpaceNeed> space(Workplace here) {
        return List.of();
    }

    @Override
    public void prepare(Workplace here) throws IOException {
        DevicePlacement.requireImage(manifest, here);
    }

    // ---- there ----

    /**
     * What was decided and seen at capture.
     *
     * @param kept what the switch said
     * @param home the home's record, where there was one
     */
    private record Captured(String running, String target, JsonFields kept, Optional<String> home) {}

    @Override
    public void capture(Workplace here) throws IOException {
        InstallDisk disk = here.disk();
        disk.createDirectories(here.undo());
        disk.delete(here.undo().resolve(BEGUN));
        disk.delete(here.undo().resolve(CAPTURED));
        disk.force(here.undo());
        Slot running = running(here);
        Slot target = other(running);
        Target unused = free(here, target);
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("running", new JsonString(running.name()));
        out.put("target", new JsonString(target.name()));
        out.put("kept", new Switching(settings.change(), here).keep());
        if (Files.exists(here.home().resolve(PLACED))) {
            out.put("home", new JsonString(Files.readString(here.home().resolve(PLACED))));
        }
        disk.replace(here.undo().resolve(CAPTURED), CanonicalJson.encode(JsonObject.of(out)), PRIVATE_MODE);
    }

    private static Optional<Captured> captured(Workplace here) throws IOException {
        Path file = here.undo().resolve(CAPTURED);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Optional.of(OwnRecord.read(file, OwnRecord.Use.UNDO, bytes -> {
            JsonFields fields = JsonFields.of(JsonReader.parse(bytes), CAPTURED);
            return new Captured(
                    fields.string("running"),
                    fields.string("target"),
                    fields.object("kept"),
                    fields.optionalString("home"));
        }));
    }

    @Override
    public Outcome apply(Workplace here) throws IOException {
        Captured captured = captured(here)
                .orElseThrow(() -> new AdapterException(
                        CodeClass.PERMANENT,
                        manifest.id() + " was not captured before it was to be written; begin it anew"));
        Slot slot = settings.slot(captured.target());
        Target target = free(here, slot);
        InstallDisk disk = here.disk();
        boolean again = Files.exists(here.undo().resolve(BEGUN));
        if (!again) {
            disk.replace(here.undo().resolve(BEGUN), new byte[0], PRIVATE_MODE);
        }
        try (FileChannel image =
                FileChannel.open(DevicePlacement.requireImage(manifest, here), StandardOpenOption.READ)) {
            Writing.write(disk, Bytes.of(image), length(), target.path(), again, here.progress());
        }
        placed(here, new Placed(slot.name(), false, false));
        return Outcome.DONE;
    }

    @Override
    public Outcome activate(Workplace here) throws IOException {
        Placed placed = placed(here)
                .orElseThrow(() ->
                        new AdapterException(CodeClass.PERMANENT, manifest.id() + " is in no slot; install it first"));
        Slot slot = settings.slot(placed.slot());
        Switching switching = new Switching(settings.change(), here);
        if (running(here).equals(slot)) {
            // It was switched before, and the machine was started since.
            placed(here, new Placed(slot.name(), true, false));
            return Outcome.DONE;
        }
        Target target = Target.find(here, slot.device());
        Sha256 found = Writing.readBack(target.path(), length(), here.progress());
        if (!found.equals(manifest.content().sha256())) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    slot.device() + " does not give back the image of " + manifest.id() + " (SHA-256 " + found
                            + "); the switch was not touched: look after that disk");
        }
        placed(here, new Placed(slot.name(), true, false));
        switching.to(slot.name(), settings.tries());
        return new Outcome(CodeClass.SUCCESS_REBOOT, 0);
    }

    @Override
    public Outcome remove(Workplace here) {
        throw new AdapterException(
                CodeClass.PERMANENT,
                manifest.id()
                        + " is a system in a slot, which cannot be taken off; install another image, or roll back");
    }

    // ---- afterwards ----

    @Override
    public List<String> verify(Workplace here) throws IOException {
        try {
            Optional<Placed> placed = placed(here);
            if (placed.isEmpty()) {
                return List.of(manifest.id() + " is in no slot");
            }
            Slot slot = settings.slot(placed.get().slot());
            if (placed.get().activated()) {
                Slot running = running(here);
                if (!running.equals(slot)) {
                    Optional<String> selected = new Switching(settings.change(), here).selected();
                    return List.of("the machine runs the slot " + running.name() + ", not " + slot.name()
                            + (selected.equals(Optional.of(slot.name()))
                                    ? ", which its switch names; the boot loader gave it up, or the machine was not"
                                            + " started again"
                                    : "; its boot loader gave the new one up and went back"));
                }
            }
            List<String> differences =
                    new ArrayList<>(onTrial(here, placed.get()).stream().toList());
            differences.addAll(DevicePlacement.differences(here, manifest, Target.find(here, slot.device())));
            return differences;
        } catch (AdapterException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void mend(Workplace here) throws IOException {
        Placed placed = placed(here)
                .orElseThrow(() -> new AdapterException(
                        CodeClass.ENVIRONMENT, manifest.id() + " is in no slot; install it again"));
        if (onTrial(here, placed).isPresent()) {
            endTries(here, settings.slot(placed.slot()));
            return;
        }
        if (placed.activated()) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    manifest.id()
                            + " is the system in use, which is not mended while it runs; install it again or another"
                            + " one");
        }
        Target target = free(here, settings.slot(placed.slot()));
        try (FileChannel image =
                FileChannel.open(DevicePlacement.requireImage(manifest, here), StandardOpenOption.READ)) {
            Writing.write(here.disk(), Bytes.of(image), length(), target.path(), Ranges.COMPARED, here.progress());
        }
    }

    @Override
    public Outcome undo(Workplace here) throws IOException {
        Optional<Captured> captured = captured(here);
        if (captured.isEmpty()) {
            return Outcome.DONE;
        }
        try {
            new Switching(settings.change(), here).restore(captured.get().kept());
        } catch (IllegalArgumentException e) {
            throw OwnRecord.damaged(here.undo().resolve(CAPTURED), OwnRecord.Use.UNDO, e);
        }
        InstallDisk disk = here.disk();
        Path record = here.home().resolve(PLACED);
        if (captured.get().home().isPresent()) {
            disk.replace(
                    record,
                    captured.get().home().get().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    PRIVATE_MODE);
        } else if (Files.isDirectory(here.home())) {
            disk.delete(InstallDisk.freshBeside(record));
            disk.delete(record);
            disk.force(here.home());
        }
        if (!Switching.running(settings.running(), here)
                .equals(Optional.of(settings.slot(captured.get().running()).running()))) {
            LOG.warn(
                    "the switch leads back to the slot {}, and another one runs until the machine's next start",
                    captured.get().running());
            return new Outcome(CodeClass.SUCCESS_REBOOT, 0);
        }
        return Outcome.DONE;
    }

    @Override
    public void commit(Workplace here) throws IOException {
        Optional<Placed> placed = placed(here);
        if (settings.tries().isPresent()
                && placed.isPresent()
                && selected(here, placed.get().slot())) {
            // First, so that whoever looks later knows that tries are too many, should they stay.
            placed(here, new Placed(placed.get().slot(), placed.get().activated(), true));
            endTries(here, settings.slot(placed.get().slot()));
        }
        if (Files.isDirectory(here.undo())) {
            here.disk().delete(here.undo().resolve(BEGUN));
            here.disk().delete(here.undo().resolve(CAPTURED));
            here.disk().force(here.undo());
        }
    }

    private boolean selected(Workplace here, String slot) throws IOException {
        return new Switching(settings.change(), here).selected().equals(Optional.of(slot));
    }

    /**
     * The boot loader stops counting.
     *
     * @throws AdapterException with one line where it goes on, since then it gives up a good slot some day
     */
    private void endTries(Workplace here, Slot slot) throws IOException {
        Slot running = running(here);
        if (!running.equals(slot)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    "the slot " + slot.name() + " is not called good: the machine runs " + running.name()
                            + "; its boot loader went back to that, so look why");
        }
        try {
            new Switching(settings.change(), here).good();
        } catch (IOException e) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    "the slot " + slot.name()
                            + " is good, but its boot loader goes on counting its tries and leaves it after"
                            + " the last: " + settings.change().file() + " cannot be changed ("
                            + DurableFiles.reason(e) + "); make it writable and mend the release",
                    e);
        }
    }

    /** One line where a slot that was committed is still on trial. */
    private Optional<String> onTrial(Workplace here, Placed placed) throws IOException {
        if (!placed.committed() || !selected(here, placed.slot())) {
            return Optional.empty();
        }
        return new Switching(settings.change(), here)
                .tries()
                .map(tries -> "the slot " + placed.slot() + " is good, but its boot loader goes on counting its tries ("
                        + tries + " left)");
    }

    // ---- the home's record ----

    /**
     * Where it is.
     *
     * @param activated whether the switch was changed to it
     * @param committed whether the boot loader need not try it any more
     */
    private record Placed(String slot, boolean activated, boolean committed) {}

    private static Optional<Placed> placed(Workplace here) throws IOException {
        Path file = here.home().resolve(PLACED);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Optional.of(OwnRecord.read(file, OwnRecord.Use.PLACED, bytes -> {
            JsonFields fields = JsonFields.of(JsonReader.parse(bytes), PLACED);
            return new Placed(
                    fields.string("slot"),
                    fields.bool("activated"),
                    fields.optionalBool("committed").orElse(false));
        }));
    }

    private static void placed(Workplace here, Placed placed) throws IOException {
        here.disk().createDirectories(here.home());
        here.disk()
                .replace(
                        here.home().resolve(PLACED),
                        CanonicalJson.encode(JsonObject.of(Map.of(
                                "slot", new JsonString(placed.slot()),
                                "activated", new JsonBoolean(placed.activated()),
                                "committed", new JsonBoolean(placed.committed())))),
                        PRIVATE_MODE);
    }
}
