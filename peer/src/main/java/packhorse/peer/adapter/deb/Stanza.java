package packhorse.peer.adapter.deb;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One paragraph of a control file, as it stands in packages and in dpkg's status (deb822(5)).
 *
 * @param text without the empty line after it, with its last newline
 * @param fields by lower-case name; continuation lines are kept with their newlines
 */
record Stanza(String text, SortedMap<String, String> fields) {
    /** Reads all of a file. */
    static List<Stanza> all(String file) {
        List<Stanza> stanzas = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (String line : file.split("\n", -1)) {
            if (!line.isBlank()) {
                text.append(line).append('\n');
            } else if (!text.isEmpty()) {
                stanzas.add(of(text.toString()));
                text.setLength(0);
            }
        }
        if (!text.isEmpty()) {
            stanzas.add(of(text.toString()));
        }
        return stanzas;
    }

    /** Reads one. */
    static Stanza of(String text) {
        SortedMap<String, String> fields = new TreeMap<>();
        String name = "";
        for (String line : text.lines().toList()) {
            if (line.startsWith(" ") || line.startsWith("\t")) {
                fields.merge(name, "\n" + line.strip(), String::concat);
                continue;
            }
            int colon = line.indexOf(':');
            if (colon > 0) {
                name = line.substring(0, colon).toLowerCase(Locale.ROOT);
                fields.put(name, line.substring(colon + 1).strip());
            }
        }
        return new Stanza(text, java.util.Collections.unmodifiableSortedMap(fields));
    }

    Optional<String> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    String name() {
        return fields.getOrDefault("package", "");
    }

    String version() {
        return fields.getOrDefault("version", "");
    }

    /** Name and architecture: what stands once in a status file. */
    String key() {
        return name() + ":" + fields.getOrDefault("architecture", "");
    }

    /** The last word of the status: {@code installed}, {@code half-configured}; {@code not-installed} where it has none. */
    String state() {
        String status = fields.getOrDefault("status", "not-installed");
        return status.substring(status.lastIndexOf(' ') + 1);
    }

    /** Whether some of its files may be in place. */
    boolean inPlace() {
        return !state().equals("not-installed") && !state().equals("config-files");
    }
}
