package packhorse.console.icalendar;

import com.github.mangstadt.vinnie.SyntaxStyle;
import com.github.mangstadt.vinnie.VObjectProperty;
import com.github.mangstadt.vinnie.io.Context;
import com.github.mangstadt.vinnie.io.SyntaxRules;
import com.github.mangstadt.vinnie.io.VObjectDataListener;
import com.github.mangstadt.vinnie.io.VObjectReader;
import com.github.mangstadt.vinnie.io.Warning;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the events of a file: lines unfolded, parameters taken apart, places kept. Alarms inside events and all other components are passed over. */
final class EventReader implements VObjectDataListener {
    /** Of an event only these are kept. */
    private static final Set<String> KEPT = Set.of(
            "UID",
            "SUMMARY",
            "STATUS",
            "DTSTART",
            "DTEND",
            "DURATION",
            "RRULE",
            "EXRULE",
            "RDATE",
            "EXDATE",
            "RECURRENCE-ID");

    /** A calendar, an event, an alarm: nobody nests deeper. */
    private static final int DEPTH_MAX = 8;

    private final String name;
    private final List<Event> events = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private int depth;
    private boolean calendar;
    private boolean tooMuch;
    private @Nullable Event open;

    private EventReader(String name) {
        this.name = name;
    }

    /** What was found, whether all of it or not. */
    record Found(List<Event> events, List<String> problems) {}

    /** Empty of events and with one problem where it is no calendar at all. */
    static Found read(String text, String name) {
        EventReader reader = new EventReader(name);
        SyntaxRules rules = SyntaxRules.iCalendar();
        rules.setDefaultSyntaxStyle(SyntaxStyle.NEW);
        try (VObjectReader lines = new VObjectReader(new StringReader(text), rules)) {
            lines.parse(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reader.end();
        return new Found(List.copyOf(reader.events), List.copyOf(reader.problems));
    }

    private void end() {
        if (!calendar) {
            problems.add(name + ": it is no iCalendar file; one begins with BEGIN:VCALENDAR and VERSION:2.0");
        } else if (depth > 0 && !tooMuch) {
            problems.add(name + ": it ends in the middle" + (open == null ? "" : " of the event of line " + open.line())
                    + "; get the whole file");
        } else if (events.isEmpty() && problems.isEmpty()) {
            problems.add(name + ": there is no event (VEVENT) in it");
        }
    }

    @Override
    public void onComponentBegin(String component, Context context) {
        depth++;
        calendar |= depth == 1 && component.equals("VCALENDAR");
        if (depth > DEPTH_MAX) {
            tooMuch(
                    name + " line " + context.getLineNumber() + ": components are nested deeper than " + DEPTH_MAX,
                    context);
        } else if (component.equals("VEVENT")) {
            if (open != null) {
                open.broken("another event begins inside it, in line " + context.getLineNumber()
                        + "; end it before with END:VEVENT");
            } else if (!calendar) {
                tooMuch(
                        name + " line " + context.getLineNumber()
                                + ": an event outside a calendar; begin with BEGIN:VCALENDAR",
                        context);
            } else {
                open = new Event(context.getLineNumber());
                events.add(open);
                if (events.size() > CalendarFile.EVENTS_MAX) {
                    events.removeLast();
                    tooMuch(name + ": it has more than " + CalendarFile.EVENTS_MAX + " events; split it", context);
                }
            }
        }
    }

    @Override
    public void onComponentEnd(String component, Context context) {
        depth--;
        if (component.equals("VEVENT")) {
            if (open != null
                    && !context.getUnfoldedLine()
                            .strip()
                            .toUpperCase(Locale.ROOT)
                            .endsWith("VEVENT")) {
                open.broken("it does not end before what is around it does, in line " + context.getLineNumber()
                        + "; add END:VEVENT");
            }
            open = null;
        }
    }

    @Override
    public void onProperty(VObjectProperty property, Context context) {
        List<String> parents = context.getParentComponents();
        if (open != null
                && !parents.isEmpty()
                && parents.getLast().equals("VEVENT")
                && KEPT.contains(property.getName().toUpperCase(Locale.ROOT))) {
            open.add(property);
        }
    }

    @Override
    public void onVersion(String value, Context context) {
        if (!value.strip().equals("2.0")) {
            tooMuch(
                    name + " line " + context.getLineNumber() + ": version " + Texts.shown(value)
                            + " of the format is not understood; export it as iCalendar 2.0",
                    context);
        }
    }

    @Override
    public void onWarning(
            Warning warning, @Nullable VObjectProperty property, @Nullable Exception thrown, Context context) {
        if (context.getUnfoldedLine().isBlank()) {
            return;
        }
        String reason = "line " + context.getLineNumber() + " \"" + Texts.shown(context.getUnfoldedLine())
                + "\" is not understood; mend it";
        if (open != null) {
            open.broken(reason);
        } else if (calendar && depth == 1) {
            problems.add(name + " " + reason);
        }
    }

    private void tooMuch(String problem, Context context) {
        if (!tooMuch) {
            problems.add(problem);
        }
        tooMuch = true;
        context.stop();
    }
}
