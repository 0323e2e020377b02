package packhorse.peer.adapter.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.SafePath;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.text.Key;
import packhorse.peer.adapter.text.KeyFormat;

/** What a manifest says to the adapter {@code image}: one place, or two slots of which one runs. */
sealed interface ImageSettings {
    /** A slot's name stands in a boot loader's file and as a link's target. */
    Pattern NAME = Pattern.compile("[A-Za-z0-9._/-]{1,128}");

    /** Boot loaders count down in one digit or two. */
    int TRIES_MAX = 99;

    /**
     * One file or device.
     *
     * @param irreversible whether what is written over is not kept
     */
    record Single(String device, boolean irreversible) implements ImageSettings {}

    /**
     * Two, and what says which.
     *
     * @param slots exactly two
     * @param change what the boot loader reads
     * @param running what says which slot runs now
     * @param tries how often the boot loader is to try the new slot; empty: it does not count
     */
    record Slots(List<Slot> slots, Switch change, Running running, OptionalInt tries) implements ImageSettings {
        public Slots {
            slots = List.copyOf(slots);
        }

        Slot slot(String name) {
            return slots.stream()
                    .filter(slot -> slot.name().equals(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /**
     * One of two.
     *
     * @param name as the switch calls it
     * @param device where it is written to
     * @param running as the running system calls it; mostly its name
     */
    record Slot(String name, String device, String running) {}

    /** What the boot loader reads. */
    sealed interface Switch {
        /** Absolute on the machine. */
        String file();

        /** A symbolic link whose target is the slot's name; tries stand in a file beside it. */
        record Link(String file) implements Switch {
            String triesFile() {
                return file + ".tries";
            }
        }

        /** A line {@code key=name}, and one for the tries. */
        record KeyValue(String file, Key key, Key triesKey) implements Switch {}
    }

    /**
     * What says which slot runs.
     *
     * @param key of a word {@code key=…} in the file, as in the kernel's command line; empty: the file has the name and nothing else
     */
    record Running(String file, Optional<String> key) {}

    /** @throws IllegalArgumentException with one line */
    static ImageSettings read(Manifest manifest, InstallSection section) {
        if (manifest.kind() != Kind.IMAGE || manifest.form() != Manifest.Form.FILE) {
            throw new IllegalArgumentException("the adapter image takes one image file; publish "
                    + manifest.contentName() + " as a file with --kind image, or use the adapter archive");
        }
        JsonFields fields = JsonFields.of(section.settings(), "settings");
        if (fields.has("device") == fields.has("slots")) {
            throw new IllegalArgumentException(
                    "settings name one device, or two slots and their switch; write one of \"device\" and \"slots\"");
        }
        ImageSettings settings = fields.has("device") ? single(fields, section) : slots(fields);
        fields.done();
        return settings;
    }

    private static Single single(JsonFields fields, InstallSection section) {
        if (section.activation() == InstallSection.Activating.BY_ORDER) {
            throw new IllegalArgumentException(
                    "one device is in use as soon as it is written; take activation: by-order out, or use two slots");
        }
        return new Single(
                path("settings.device", fields.string("device")),
                fields.optionalBool("irreversible").orElse(false));
    }

    private static Slots slots(JsonFields fields) {
        List<Slot> slots = new ArrayList<>();
        for (Json json : fields.array("slots")) {
            slots.add(slot(json, slots.size()));
        }
        if (slots.size() != 2
                || slots.get(0).name().equals(slots.get(1).name())
                || slots.get(0).device().equals(slots.get(1).device())
                || slots.get(0).running().equals(slots.get(1).running())) {
            throw new IllegalArgumentException(
                    "settings.slots are two, with different names and devices, such as [/dev/disk/by-partlabel/root-a,"
                            + " /dev/disk/by-partlabel/root-b]");
        }
        JsonFields running = fields.object("running");
        Running read =
                new Running(path("settings.running.file", running.string("file")), running.optionalString("key"));
        running.done();
        OptionalInt tries =
                fields.has("tries") ? OptionalInt.of((int) fields.integer("tries", 1, TRIES_MAX)) : OptionalInt.empty();
        return new Slots(slots, change(fields.object("switch")), read, tries);
    }

    private static Slot slot(Json json, int index) {
        String where = "settings.slots[" + index + "]";
        String name = index == 0 ? "a" : "b";
        if (json instanceof JsonString device) {
            return new Slot(name, path(where, device.value()), name);
        }
        if (!(json instanceof JsonObject)) {
            throw new IllegalArgumentException(where + " is a device's path, or an object with name and device");
        }
        JsonFields fields = JsonFields.of(json, where);
        String said = fields.optionalString("name").orElse(name);
        if (!NAME.matcher(said).matches()) {
            throw new IllegalArgumentException(where + ".name is \"" + said + "\"; write letters, digits and . _ / -");
        }
        Slot slot = new Slot(
                said,
                path(where + ".device", fields.string("device")),
                fields.optionalString("running").orElse(said));
        fields.done();
        return slot;
    }

    private static Switch change(JsonFields fields) {
        String file = path("settings.switch.file", fields.string("file"));
        String format = fields.string("format");
        Switch change = switch (format) {
            case "link" -> new Switch.Link(file);
            case "key-value" ->
                new Switch.KeyValue(
                        file,
                        key(fields.optionalString("key").orElse("slot")),
                        key(fields.optionalString("triesKey").orElse("tries")));
            default ->
                throw new IllegalArgumentException(
                        "settings.switch.format is link or key-value, not \"" + format + "\"");
        };
        fields.done();
        return change;
    }

    private static Key key(String name) {
        Key key = Key.of(name);
        try {
            KeyFormat.INI.requireKey(key);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("settings.switch: \"" + name + "\": " + e.getMessage(), e);
        }
        return key;
    }

    private static String path(String what, String path) {
        if (!path.startsWith("/") || path.length() == 1) {
            throw new IllegalArgumentException(
                    what + " is \"" + path + "\"; write an absolute path, such as /dev/sdb2");
        }
        try {
            SafePath.require(path.substring(1));
            InstallDisk.requireFree(path);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + ": " + e.getMessage(), e);
        }
        return path;
    }
}
