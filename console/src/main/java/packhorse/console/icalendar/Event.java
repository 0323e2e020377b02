package packhorse.console.icalendar;

import com.github.mangstadt.vinnie.VObjectProperty;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** An event as it stands in the file: its line and its properties, not understood yet. */
final class Event {
    /** Guests and attachments are skipped; what is kept is a few dates. More of one kind than this is an attack. */
    static final int VALUES_MAX = 5_000;

    private final int line;
    private final Map<String, List<VObjectProperty>> properties = new HashMap<>();
    private Optional<String> broken = Optional.empty();

    Event(int line) {
        this.line = line;
    }

    int line() {
        return line;
    }

    void add(VObjectProperty property) {
        properties
                .computeIfAbsent(property.getName().toUpperCase(Locale.ROOT), name -> new ArrayList<>())
                .add(property);
    }

    /** Something in it could not be read at all; the first reason stays. */
    void broken(String reason) {
        broken = broken.or(() -> Optional.of(reason));
    }

    Optional<String> broken() {
        return broken;
    }

    List<VObjectProperty> all(String name) {
        return properties.getOrDefault(name, List.of());
    }

    /** The only one of its name. */
    Optional<VObjectProperty> one(String name) throws BadEventException {
        List<VObjectProperty> all = all(name);
        if (all.size() > 1) {
            throw new BadEventException("it has " + all.size() + " properties " + name + "; keep one");
        }
        return all.stream().findFirst();
    }

    String uid() {
        return all("UID").stream().findFirst().map(VObjectProperty::getValue).orElse("");
    }
}
