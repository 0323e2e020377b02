package packhorse.peer.adapter.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import packhorse.peer.adapter.config.Plan.Managed;
import packhorse.peer.adapter.config.Plan.Planned;
import packhorse.peer.adapter.text.Key;
import packhorse.peer.adapter.text.KeyFormat;

/**
 * What becomes of each file when one plan follows another: a function of the file's present text. What the old plan managed and the
 * new one does not goes back to what it was before the line's first release, its <em>origin</em>; taking a release off is a new plan
 * without any file.
 *
 * <p>Idempotent: {@code of(file, of(file, text)) = of(file, text)}. So a file is in order exactly when it becomes itself.
 *
 * @param origins texts of files before the line's first release; empty where there was no file, not there where it is not known
 */
record Becoming(Plan old, Plan fresh, Map<String, Optional<String>> origins) {
    /** All files that either manages, in the order in which they are changed. */
    List<String> files() {
        Set<String> files = new java.util.LinkedHashSet<>();
        fresh.files().forEach(planned -> files.add(planned.file()));
        old.files().forEach(planned -> files.add(planned.file()));
        return List.copyOf(files);
    }

    /**
     * The file's next text.
     *
     * @param text empty where there is no file; so is the answer
     * @throws IllegalArgumentException with one line where the text cannot be edited safely
     */
    Optional<String> of(String file, Optional<String> text) {
        Optional<Planned> now = fresh.find(file);
        Optional<Planned> before = old.find(file);
        if (now.isPresent() && now.get().managed() instanceof Managed.Whole whole) {
            return Optional.of(whole.text());
        }
        Optional<String> returned = before.isPresent() ? returned(before.get(), now, text) : text;
        if (now.isPresent() && now.get().managed() instanceof Managed.Keys keys) {
            return keys.set().isEmpty() && returned.isEmpty()
                    ? Optional.empty()
                    : Optional.of(edited(keys, returned.orElse("")));
        }
        return returned;
    }

    /** With all keys as they have to be. */
    static String edited(Managed.Keys keys, String text) {
        String edited = text;
        for (Key key : keys.remove()) {
            edited = keys.format().remove(edited, key);
        }
        for (Map.Entry<Key, String> each : keys.set().entrySet()) {
            edited = keys.format().set(edited, each.getKey(), each.getValue());
        }
        return edited;
    }

    private Optional<String> returned(Planned before, Optional<Planned> now, Optional<String> text) {
        Optional<String> origin = origins.getOrDefault(before.file(), Optional.empty());
        boolean originKnown = origins.containsKey(before.file());
        return switch (before.managed()) {
            // One that is edited from now on is edited as it stands.
            case Managed.Whole whole -> now.isPresent() || !originKnown ? text : origin;
            case Managed.Keys keys -> {
                boolean untouched = now.isEmpty()
                        && originKnown
                        && text.isPresent()
                        && text.get().equals(edited(keys, origin.orElse("")));
                yield untouched ? origin : returned(keys, now, text, origin);
            }
        };
    }

    private static Optional<String> returned(
            Managed.Keys keys, Optional<Planned> now, Optional<String> text, Optional<String> origin) {
        if (text.isEmpty()) {
            return text;
        }
        Set<Key> still = now.isPresent() && now.get().managed() instanceof Managed.Keys next ? next.all() : Set.of();
        String edited = text.get();
        SortedMap<Key, String> back = new TreeMap<>();
        for (Key key : new TreeSet<>(keys.all())) {
            if (still.contains(key)) {
                continue;
            }
            Optional<String> was = origin.flatMap(before -> keys.format().find(before, key));
            if (was.isPresent()) {
                back.put(key, was.get());
            } else {
                edited = keys.format().remove(edited, key);
            }
        }
        for (Map.Entry<Key, String> each : back.entrySet()) {
            edited = keys.format().set(edited, each.getKey(), each.getValue());
        }
        boolean made = origin.isEmpty() && now.isEmpty() && edited.isBlank();
        return made ? Optional.empty() : Optional.of(edited);
    }

    /** Keys that are not as the new plan has them; none for whole files. */
    List<Key> astray(String file, String text) {
        if (fresh.find(file).isEmpty() || !(fresh.find(file).get().managed() instanceof Managed.Keys keys)) {
            return List.of();
        }
        KeyFormat format = keys.format();
        List<Key> astray = new java.util.ArrayList<>();
        for (Key key : keys.all()) {
            String raw = keys.set().get(key);
            String wanted = raw == null ? format.remove(text, key) : format.set(text, key, raw);
            if (!wanted.equals(text)) {
                astray.add(key);
            }
        }
        return astray;
    }
}
