package packhorse.peer.adapter.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.config.Plan.Managed;
import packhorse.peer.adapter.config.Plan.Planned;
import packhorse.peer.process.Surroundings;

/** What looking at the files of a plan comes to, before they are changed and after; changes nothing. */
final class Looks {
    private Looks() {}

    // ---- before ----

    /** What is in the way of a plan, or of its removal; one line each. */
    static List<String> problems(Workplace here, Plan plan, boolean removing) throws IOException {
        List<String> problems = new ArrayList<>();
        Map<Path, String> places = new LinkedHashMap<>();
        for (Planned planned : plan.files()) {
            try {
                Path place = Places.find(here.root(), planned.file());
                String other = places.putIfAbsent(place, planned.file());
                if (other != null) {
                    problems.add(planned.file() + " and " + other + " are one file, " + place
                            + "; name it once, with all that it is to have");
                }
                requireEditable(planned, Seen.of(place), removing);
                requireOneName(planned, place);
                if (!removing) {
                    requireWhoseDirectoryItIs(planned, place);
                }
            } catch (AdapterException | IllegalArgumentException e) {
                problems.add(e.getMessage());
            }
        }
        return problems;
    }

    /** It is replaced, and so its other names would keep the old text, and keep it after the way back. */
    private static void requireOneName(Planned planned, Path place) throws IOException {
        if (Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)
                && Files.getAttribute(place, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Number names
                && names.intValue() > 1) {
            throw new IllegalArgumentException(planned.file() + " is one file with " + (names.intValue() - 1)
                    + " other names (hard links), which would part from it; make it a file of its own or a symbolic"
                    + " link");
        }
    }

    /** In a user's directory nothing can be anybody else's for long. */
    private static void requireWhoseDirectoryItIs(Planned planned, Path place) throws IOException {
        int user = FileSetting.ownerOfNew(place).uid();
        if (user != 0
                && Surroundings.isRoot()
                && planned.owner().filter(owner -> owner.uid() != user).isPresent()) {
            throw new IllegalArgumentException(planned.file() + " is to belong to user "
                    + planned.owner().get().uid() + " in a directory that user " + user
                    + " owns, who could exchange it; take owner out or correct the path");
        }
    }

    private static void requireEditable(Planned planned, Seen seen, boolean removing) {
        if (seen.text().isEmpty() && !planned.create() && !removing) {
            throw new IllegalArgumentException(planned.file()
                    + " is not there; install what it belongs to first, or let the release say create: true");
        }
        if (!(planned.managed() instanceof Managed.Keys keys) || removing) {
            return;
        }
        String text = seen.text().orElse("");
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    planned.file() + " is UTF-16 or no text at all; save it as UTF-8, or bring it whole as a template");
        }
        try {
            String edited = Becoming.edited(keys, text);
            if (edited.length() > Seen.BYTES_MAX) {
                throw new IllegalArgumentException("becomes longer than " + Seen.BYTES_MAX + " bytes; shorten it");
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(planned.file() + ": " + e.getMessage(), e);
        }
    }

    /**
     * What a file becomes.
     *
     * @throws AdapterException with one line where somebody made it into what cannot be edited, since the precheck
     */
    static Optional<String> next(Becoming becoming, String file, Seen now) {
        try {
            becoming.fresh().find(file).ifPresent(planned -> requireEditable(planned, now, false));
            return becoming.of(file, now.text());
        } catch (IllegalArgumentException e) {
            throw new AdapterException(CodeClass.ENVIRONMENT, String.valueOf(e.getMessage()), e);
        }
    }

    // ---- after ----

    /** What of one file is not as the plan has it, one line each. */
    static List<String> differences(Workplace here, Plan plan, Planned planned) throws IOException {
        Becoming becoming = new Becoming(Plan.NOTHING, plan, Map.of());
        String file = planned.file();
        Seen now;
        List<String> differences = new ArrayList<>();
        try {
            now = Seen.of(Places.find(here.root(), file));
            if (now.text().isEmpty() && becoming.of(file, Optional.empty()).isPresent()) {
                return List.of(file + " is gone");
            }
            if (!becoming.of(file, now.text()).equals(now.text())) {
                now.text()
                        .map(text -> becoming.astray(file, text))
                        .orElse(List.of())
                        .forEach(key -> differences.add(file + ": " + key + " is not as it was put there"));
                if (differences.isEmpty()) {
                    differences.add(file + " was changed");
                }
            }
        } catch (AdapterException | IllegalArgumentException e) {
            return List.of(file + ": " + e.getMessage());
        }
        if (now instanceof Seen.There there) {
            planned.mode().stream()
                    .filter(mode -> mode != there.mode())
                    .forEach(mode -> differences.add(file + " has the mode " + Integer.toOctalString(there.mode())
                            + ", not " + Integer.toOctalString(mode)));
            // Only root gives files away; elsewhere owners are not asked about.
            if (Surroundings.isRoot()) {
                planned.owner()
                        .filter(owner -> owner.uid() != there.uid() || owner.gid() != there.gid())
                        .ifPresent(owner -> differences.add(file + " belongs to " + there.uid() + ":" + there.gid()
                                + ", not to " + owner.uid() + ":" + owner.gid()));
            }
        }
        return differences;
    }
}
