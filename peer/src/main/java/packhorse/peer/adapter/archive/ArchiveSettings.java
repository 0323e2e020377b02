package packhorse.peer.adapter.archive;

import java.nio.file.Path;
import java.util.Optional;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;
import packhorse.core.content.SafePath;
import packhorse.core.json.JsonFields;
import packhorse.peer.adapter.InstallDisk;

/**
 * What a manifest says to the adapter {@code archive}.
 *
 * @param into the directory that is this release line's own; a version is unpacked into {@code into/versions/VERSION}
 * @param link the symbolic link that leads to the version in use; {@code into/current} where nothing is said
 * @param format how the content is packed; a published tree is a tree, a file's name says it by its end where nothing is said
 * @param limits what the archive may become
 * @param archiveOwners whether owners are the archive's, by number; else everything belongs to root
 */
record ArchiveSettings(String into, String link, Format format, Limits limits, boolean archiveOwners) {
    static final String VERSIONS = "versions";
    private static final String CURRENT = "current";

    /** Not a disk's directories: what is written there is gone, or is the kernel's. */
    private static final String[] NOT_FILES = {"/proc", "/sys", "/dev", "/run"};

    /** @throws IllegalArgumentException with one line */
    static ArchiveSettings read(Manifest manifest, InstallSection section) {
        JsonFields fields = JsonFields.of(section.settings(), "settings");
        String into = place("into", fields.string("into"));
        String link = place("link", fields.optionalString("link").orElse(into + "/" + CURRENT));
        Optional<Format> said = fields.optionalString("format").map(Format::parse);
        Limits limits = fields.optionalObject("limits").map(Limits::read).orElse(Limits.DEFAULT);
        Optional<String> owners = fields.optionalString("owners");
        boolean hasLimits = fields.has("limits");
        fields.done();
        requireApart(into, link);
        Format format = format(manifest, said);
        if (format == Format.TREE && (hasLimits || owners.isPresent())) {
            throw new IllegalArgumentException("settings." + (hasLimits ? "limits" : "owners")
                    + " is for archives; the signed file list of a published tree says it already: take the line out");
        }
        SafePath.requireElement(manifest.id().version().toString());
        return new ArchiveSettings(
                into,
                link,
                format,
                limits,
                owners.map(ArchiveSettings::fromArchive).orElse(false));
    }

    private static boolean fromArchive(String owners) {
        return switch (owners) {
            case "root" -> false;
            case "archive" -> true;
            default ->
                throw new IllegalArgumentException(
                        "settings.owners is \"root\" or \"archive\", not \"" + owners + "\"");
        };
    }

    /** An absolute path of a directory of one's own, in its shortest form. */
    private static String place(String key, String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException(
                    "settings." + key + " is \"" + path + "\"; write an absolute path, such as /opt/acme/app");
        }
        if (path.equals("/")) {
            throw new IllegalArgumentException(
                    "settings." + key + " is the root directory; name a directory that is the release's own");
        }
        try {
            SafePath.require(path.substring(1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "settings." + key + ": " + e.getMessage() + "; write it without \"..\", \"//\" or \"/\" at its end",
                    e);
        }
        try {
            InstallDisk.requireFree(path);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("settings." + key + ": " + e.getMessage(), e);
        }
        for (String notFiles : NOT_FILES) {
            if (isIn(path, notFiles)) {
                throw new IllegalArgumentException("settings." + key + " is \"" + path + "\"; " + notFiles
                        + " holds no files that stay: name another directory");
            }
        }
        return path;
    }

    private static void requireApart(String into, String link) {
        if (isIn(into, link)) {
            throw new IllegalArgumentException(
                    "settings.link \"" + link + "\" is in the place of settings.into or above it; name another link");
        }
        if (isIn(link, into + "/" + VERSIONS)) {
            throw new IllegalArgumentException("settings.link \"" + link + "\" lies among the versions; put it beside "
                    + into + "/" + VERSIONS + ", such as " + into + "/" + CURRENT);
        }
    }

    /** Whether {@code path} is {@code directory} or below it. */
    static boolean isIn(String path, String directory) {
        return Path.of(path).startsWith(Path.of(directory));
    }

    private static Format format(Manifest manifest, Optional<Format> said) {
        boolean tree = manifest.form() == Manifest.Form.TREE;
        Format format = said.or(() -> tree ? Optional.of(Format.TREE) : Format.ofName(manifest.contentName()))
                .orElseThrow(() -> new IllegalArgumentException("the name \"" + manifest.contentName()
                        + "\" does not say how it is packed; add settings.format: one of " + Format.words()));
        if (tree != (format == Format.TREE)) {
            throw new IllegalArgumentException(
                    tree
                            ? "settings.format is " + format.word()
                                    + ", but a directory was published; take the line out"
                            : "settings.format is tree, but the file " + manifest.contentName()
                                    + " was published; publish a directory or name its format");
        }
        Optional<Format> named = Format.ofName(manifest.contentName());
        if (!tree && named.isPresent() && named.get() != format) {
            throw new IllegalArgumentException("settings.format is " + format.word() + ", but the content is called "
                    + manifest.contentName() + "; correct one of them");
        }
        return format;
    }

    String versions() {
        return into + "/" + VERSIONS;
    }
}
