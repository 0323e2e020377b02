package packhorse.peer.adapter.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.BadContentException;
import packhorse.core.content.FileEntry;
import packhorse.core.content.Manifest;
import packhorse.core.content.ReleaseId;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.config.ConfigSettings.Change;
import packhorse.peer.adapter.config.ConfigSettings.Edit;
import packhorse.peer.adapter.config.Plan.Managed;
import packhorse.peer.adapter.config.Plan.Planned;
import packhorse.peer.adapter.text.Key;
import packhorse.peer.adapter.text.KeyFormat;
import packhorse.peer.adapter.text.Template;
import packhorse.peer.tree.TreeArchive;

/** Makes a {@link Plan} of settings: reads templates out of the content and fills in what is known here. */
final class Resolving {
    private final Map<String, String> variables;
    private final Map<String, String> templates;
    /** What is wrong, one line each. */
    private final List<String> faults = new ArrayList<>();

    private Resolving(Workplace here, Map<String, String> templates) {
        this.variables = variables(here);
        this.templates = templates;
    }

    /**
     * What came of it.
     *
     * @param plan of those edits that are fine
     * @param faults why the others are not
     */
    record Resolved(Plan plan, List<String> faults) {}

    static Resolved plan(ConfigSettings settings, Workplace here) throws IOException {
        Resolving resolving = new Resolving(here, templates(settings, here));
        List<Planned> files = new ArrayList<>();
        for (Edit edit : settings.edits()) {
            resolving.one(edit, files);
        }
        return new Resolved(new Plan(files), List.copyOf(resolving.faults));
    }

    private static Map<String, String> variables(Workplace here) {
        Map<String, String> variables = new HashMap<>(here.variables());
        ReleaseId id = here.manifest().id();
        variables.put("packhorse.version", id.version().toString());
        variables.put("packhorse.publisher", id.name().publisher());
        variables.put("packhorse.product", id.name().product());
        variables.put("packhorse.platform", id.platform().toString());
        variables.put(
                "packhorse.previous",
                here.previous()
                        .map(previous -> previous.manifest().id().version().toString())
                        .orElse(""));
        return variables;
    }

    private void one(Edit edit, List<Planned> files) {
        try {
            Managed managed = switch (edit.change()) {
                case Change.Keys keys -> new Managed.Keys(keys.format(), raw(keys.format(), keys.set()), keys.remove());
                case Change.Answers answers ->
                    new Managed.Whole(Becoming.edited(
                            new Managed.Keys(
                                    answers.format(), raw(answers.format(), answers.set()), new java.util.TreeSet<>()),
                            ""));
                case Change.Text text ->
                    new Managed.Whole(Template.fillFile(KeyFormat.utf8(text.text()), variables, text.escape()));
                case Change.From from -> new Managed.Whole(from(from));
            };
            files.add(new Planned(edit.file(), managed, edit.create(), edit.mode(), edit.owner()));
        } catch (IllegalArgumentException e) {
            faults.add(edit.file() + ": " + e.getMessage());
        }
    }

    private SortedMap<Key, String> raw(KeyFormat format, SortedMap<Key, String> set) {
        SortedMap<Key, String> raw = new TreeMap<>();
        set.forEach((key, value) -> {
            try {
                raw.put(key, format.raw(Template.fill(value, variables)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
            }
        });
        return raw;
    }

    private String from(Change.From from) {
        String template = templates.get(from.path());
        if (template == null) {
            throw new IllegalArgumentException(
                    "the content has no file " + from.path() + "; publish it again with the file, or correct \"from\"");
        }
        try {
            return Template.fillFile(template, variables, from.escape());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(from.path() + " " + e.getMessage(), e);
        }
    }

    private static Map<String, String> templates(ConfigSettings settings, Workplace here) throws IOException {
        Set<String> wanted = new HashSet<>();
        for (Edit edit : settings.edits()) {
            if (edit.change() instanceof Change.From from) {
                wanted.add(from.path());
            }
        }
        Map<String, String> templates = new HashMap<>();
        if (wanted.isEmpty() || here.content().isEmpty()) {
            return templates;
        }
        Path content = here.content().get();
        if (here.manifest().form() == Manifest.Form.FILE) {
            requireSize(here.manifest().contentName(), here.manifest().content().length());
            templates.put(here.manifest().contentName(), KeyFormat.text(Files.readAllBytes(content)));
            return templates;
        }
        Path list = here.fileList()
                .orElseThrow(() -> new BadContentException(here.manifest().id() + " came without its file list"));
        new TreeArchive(here.manifest(), content, list).walk((entry, data) -> {
            if (entry instanceof FileEntry.File file && wanted.contains(file.path())) {
                requireSize(file.path(), file.size());
                templates.put(file.path(), KeyFormat.text(data.readAllBytes()));
            }
        });
        return templates;
    }

    private static void requireSize(String path, long bytes) {
        if (bytes > Seen.BYTES_MAX) {
            throw new BadContentException(path + " has " + bytes + " bytes; a template has at most " + Seen.BYTES_MAX);
        }
    }
}
