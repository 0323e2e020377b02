package packhorse.peer.words;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import packhorse.core.content.CodeClass;
import packhorse.core.message.v1.ActionStatus;
import packhorse.core.message.v1.InstallProgress;
import packhorse.core.message.v1.LineStatus;
import packhorse.core.state.ActionState;
import packhorse.core.unit.ByteCount;

/** Sentences and words for people. Numbers of a later version are shown as they are, never refused. */
public final class InstallWords {
    private static final String[] PRESENCE = {"", "absent", "staged", "installed"};
    private static final String[] TRANSACTION = {"", "none", "prepared", "undoable", "committed"};
    private static final String[] ACTIVATION = {"", "inactive", "pending-restart", "pending-reboot", "active"};
    private static final String[] HEALTH = {"", "ok", "error", "drift", "unknown"};

    private InstallWords() {}

    public static String presence(LineStatus line) {
        return word(PRESENCE, line.getPresence());
    }

    public static String transaction(LineStatus line) {
        return word(TRANSACTION, line.getTransaction());
    }

    public static String activation(LineStatus line) {
        return word(ACTIVATION, line.getActivation());
    }

    public static String health(LineStatus line) {
        return word(HEALTH, line.getHealth());
    }

    private static String word(String[] words, int number) {
        return number >= 0 && number < words.length ? words[number] : Integer.toString(number);
    }

    /** What is in place of a line, in one text line. */
    public static String line(LineStatus line) {
        StringBuilder text = new StringBuilder(line.getName())
                .append(line.getVersion().isEmpty() ? "" : "@" + line.getVersion())
                .append(" ")
                .append(line.getPlatform())
                .append("  ")
                .append(presence(line));
        if (!line.getVersion().isEmpty()) {
            text.append(", ").append(transaction(line)).append(", ").append(activation(line));
            text.append(", health ").append(health(line));
        }
        if (!line.getPrevious().isEmpty()) {
            text.append("  before it ").append(line.getPrevious());
        }
        if (line.getUndoable()) {
            text.append("  can be taken back");
        }
        return text.append(line.getDetail().isEmpty() ? "" : ": " + line.getDetail())
                .toString();
    }

    /** {@code acme/app@1.2}, or {@code bundle acme/desktop@3}. */
    public static String subject(ActionStatus action) {
        return (action.getSubject().getBundle() ? "bundle " : "")
                + action.getSubject().getName() + "@" + action.getSubject().getVersion();
    }

    /** {@code install}, {@code rollback} and so on. */
    public static String operation(ActionStatus action) {
        return action.getOperation().name().toLowerCase(Locale.ROOT).replace("operation_", "");
    }

    /** As reports call it: {@code WAITING}. */
    public static String state(ActionStatus action) {
        if (action.getState() == 0) {
            return "not yet looked at";
        }
        try {
            return ActionState.of(action.getState()).name();
        } catch (IllegalArgumentException e) {
            return "state " + action.getState();
        }
    }

    /** Whether what is in place on the machine is being changed. */
    public static boolean isChanging(ActionStatus action) {
        try {
            return action.getState() != 0 && ActionState.of(action.getState()).changes();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** What a program's return code meant; empty where none came. */
    public static String code(ActionStatus action) {
        if (action.getCodeClass() == 0) {
            return "";
        }
        String meaning;
        try {
            meaning = CodeClass.of(action.getCodeClass())
                    .name()
                    .toLowerCase(Locale.ROOT)
                    .replace('_', '-');
        } catch (IllegalArgumentException e) {
            meaning = "class " + action.getCodeClass();
        }
        return action.getCode() == 0 ? meaning : "code " + action.getCode() + ", " + meaning;
    }

    /** An action in one text line, and what there is to say below it. */
    public static List<String> action(ActionStatus action) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                "%s: %s %s  %s%s%s%s",
                action.getAction(),
                operation(action),
                subject(action),
                state(action),
                action.getDeadlineMillis() == 0 ? "" : ", by " + Instant.ofEpochMilli(action.getDeadlineMillis()),
                code(action).isEmpty() ? "" : " (" + code(action) + ")",
                action.getDetail().isEmpty() ? "" : ": " + action.getDetail()));
        if (action.getEnded()) {
            return lines;
        }
        if (action.hasProgress()) {
            lines.add("  " + progress(action.getProgress()));
        }
        if (!action.getNext().isEmpty() && !action.getNext().equals(action.getDetail())) {
            lines.add("  " + action.getNext());
        }
        if (action.getDeferUntilMillis() != 0 && action.getRestartMillis() == 0) {
            lines.add("  it may be put off until " + Instant.ofEpochMilli(action.getDeferUntilMillis()));
        }
        if (action.getIrreversible()) {
            lines.add("  irreversible: once in place it cannot be taken back");
        }
        return lines;
    }

    /** A step that is under way. */
    public static String progress(InstallProgress progress) {
        String step = progress.getRelease().isEmpty()
                ? progress.getStep()
                : progress.getRelease() + ": " + progress.getStep();
        return progress.getTotalBytes() == 0
                ? step
                : step + ", " + Math.min(100, 100 * progress.getDoneBytes() / progress.getTotalBytes()) + "% of "
                        + new ByteCount(progress.getTotalBytes());
    }
}
