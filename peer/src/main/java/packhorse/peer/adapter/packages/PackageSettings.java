package packhorse.peer.adapter.packages;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import packhorse.core.content.Manifest;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;

/**
 * What deb and rpm are told alike.
 *
 * @param root where packages go, absolute; {@code /} unless said otherwise
 * @param packages names, and versions where they are to agree; what the content carries beyond is refused
 * @param also further paths, absolute, that maintainer scripts write: copied before and put back by undo. A directory means the
 *     directory itself, not what is in it
 * @param downgrade whether a package that is there in a later version may be replaced, beyond what an order to go back allows
 * @param undoByScripts whether undo lets the package system go back first, for the sake of its scripts, before files and
 *     database are put back
 */
public record PackageSettings(
        String root,
        SortedMap<String, Optional<String>> packages,
        List<String> also,
        boolean downgrade,
        boolean undoByScripts) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9+._-]*");

    public PackageSettings {
        packages = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(packages));
        also = List.copyOf(also);
        requireAbsolute("root", root);
        also.forEach(path -> requireAbsolute("also", path));
    }

    /**
     * Reads them out of a section's settings, leaving the adapter's own.
     *
     * @param canonical a package file's usual name, its first group the package's name
     * @throws IllegalArgumentException in one line
     */
    public static PackageSettings read(JsonFields settings, Manifest manifest, Pattern canonical) {
        return new PackageSettings(
                settings.optionalString("root").orElse("/"),
                packages(settings, manifest, canonical),
                settings.has("also") ? settings.strings("also") : List.of(),
                choice(settings, "downgrade", "refuse", "allow").equals("allow"),
                choice(settings, "undo", "scripts", "files").equals("scripts"));
    }

    /** One of several words; the first where nothing is said. */
    public static String choice(JsonFields settings, String key, String... words) {
        String word = settings.optionalString(key).orElse(words[0]);
        if (!List.of(words).contains(word)) {
            throw new IllegalArgumentException(
                    settings.where() + "." + key + " is " + String.join(" or ", words) + ", not \"" + word + "\"");
        }
        return word;
    }

    private static SortedMap<String, Optional<String>> packages(
            JsonFields settings, Manifest manifest, Pattern canonical) {
        SortedMap<String, Optional<String>> packages = new TreeMap<>();
        Optional<Json> said = settings.optionalJson("packages");
        if (said.isEmpty()) {
            Matcher usual = canonical.matcher(manifest.contentName());
            if (manifest.form() != Manifest.Form.FILE || !usual.matches()) {
                throw new IllegalArgumentException(settings.where()
                        + ".packages is missing: name the packages in it, as in packages: [acme-app]; only where the"
                        + " content is one file with a package's usual name it may be left out");
            }
            packages.put(usual.group(1), Optional.empty());
        } else if (said.get() instanceof JsonArray array) {
            for (Json element : array.elements()) {
                packages.put(text(settings, element), Optional.empty());
            }
        } else if (said.get() instanceof JsonObject object) {
            for (Map.Entry<String, Json> one : object.members().entrySet()) {
                packages.put(one.getKey(), Optional.of(text(settings, one.getValue())));
            }
        } else {
            throw new IllegalArgumentException(
                    settings.where() + ".packages is a list of names, or versions by name, not "
                            + said.get().kind());
        }
        if (packages.isEmpty()) {
            throw new IllegalArgumentException(settings.where() + ".packages names none; name at least one");
        }
        for (String name : packages.keySet()) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        settings.where() + ".packages: \"" + name + "\" is no package's name");
            }
        }
        return packages;
    }

    private static String text(JsonFields settings, Json value) {
        if (value instanceof JsonString text) {
            return text.value();
        }
        throw new IllegalArgumentException(
                settings.where() + ".packages holds text only, not " + value.kind() + "; put it in quotes");
    }

    private static void requireAbsolute(String what, String path) {
        if (!path.startsWith("/") || !Path.of(path).normalize().toString().equals(path)) {
            throw new IllegalArgumentException(
                    "settings." + what + " is an absolute path without \"..\", not \"" + path + "\"");
        }
    }
}
