package packhorse.peer.installer.engine;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import packhorse.core.PlainText;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.InstallMember;
import packhorse.core.message.v1.InstallTaskStatus;
import packhorse.core.message.v1.LineStatus;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.LineState;
import packhorse.core.state.Subject;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/**
 * Tasks, statuses and lines as fields of messages, between the agent and the installer, in the journals of both, and to people; and back.
 * Reading throws an {@link IllegalArgumentException} that says what cannot be meant.
 */
public final class InstallFields {
    /** A bundle with more members than this is none. */
    static final int MEMBERS_MAX = 1_000;
    /** Some 20 states make the longest path; waiting may come again and again. */
    public static final int PASSED_MAX = 100;
    /** A line for people; longer ones are cut where they are written. */
    public static final int TEXT_MAX = 2_000;

    private InstallFields() {}

    /** As a message. */
    public static packhorse.core.message.v1.InstallTask write(InstallTask task) {
        packhorse.core.message.v1.InstallTask.Builder message = packhorse.core.message.v1.InstallTask.newBuilder()
                .setAction(task.action())
                .setSubject(StateCodec.write(task.subject()))
                .setOperation(StateCodec.write(task.operation()))
                .setStage(number(task.stage()))
                .setLeaseUntilMillis(
                        task.leaseUntil().map(Instant::toEpochMilli).orElse(0L))
                .setPolicy(StateCodec.write(task.policy()))
                .putAllVariables(task.variables())
                .setRestartMillis(task.restart().map(Instant::toEpochMilli).orElse(0L));
        task.members().forEach(member -> message.addMembers(write(member)));
        return message.build();
    }

    /** @throws IllegalArgumentException saying what cannot be meant */
    public static InstallTask read(packhorse.core.message.v1.InstallTask message) {
        requireAction(message.getAction());
        requireCount("members", message.getMembersCount(), MEMBERS_MAX);
        requireCount("variables", message.getVariablesCount(), DesiredState.VARIABLES_MAX);
        message.getVariablesMap().forEach(InstallFields::requireVariable);
        return new InstallTask(
                message.getAction(),
                StateCodec.read(message.getSubject()),
                StateCodec.read(message.getOperation()),
                message.getMembersList().stream().map(InstallFields::read).toList(),
                stage(message.getStage()),
                instant(message.getLeaseUntilMillis()),
                StateCodec.read(message.getPolicy()),
                new TreeMap<>(message.getVariablesMap()),
                instant(message.getRestartMillis()));
    }

    public static InstallMember write(InstallTask.Member member) {
        InstallMember.Builder message = InstallMember.newBuilder()
                .setRelease(StateCodec.write(Subject.release(member.release())))
                .setManifest(ByteString.copyFrom(member.manifest().bytes()));
        member.pack().ifPresent(pack -> message.setPack(ByteString.copyFrom(pack.bytes())));
        return message.build();
    }

    static InstallTask.Member read(InstallMember message) {
        Subject release = StateCodec.read(message.getRelease());
        if (release.bundle()) {
            throw new IllegalArgumentException(release + " is a member, which only a release can be");
        }
        return new InstallTask.Member(
                release.id(),
                Sha256.ofDigest(message.getManifest().toByteArray()),
                message.getPack().isEmpty()
                        ? Optional.empty()
                        : Optional.of(Sha256.ofDigest(message.getPack().toByteArray())));
    }

    public static InstallTaskStatus write(TaskStatus status) {
        return InstallTaskStatus.newBuilder()
                .setAction(status.action())
                // Whoever waits long and often passes many; the last ones say where it is.
                .addAllPassed(status.passed().stream()
                        .skip(Math.max(0, status.passed().size() - PASSED_MAX))
                        .map(ActionState::number)
                        .toList())
                .setDetail(text(status.detail()))
                .setCode(status.code())
                .setCodeClass(status.codeClass().map(CodeClass::number).orElse(0))
                .setWaiting(status.waiting().map(InstallFields::number).orElse(0))
                .setEnded(status.ended())
                .setStartNeededMillis(
                        status.startNeeded().map(Instant::toEpochMilli).orElse(0L))
                .build();
    }

    public static TaskStatus read(InstallTaskStatus message) {
        requireAction(message.getAction());
        requireCount("states", message.getPassedCount(), PASSED_MAX);
        return new TaskStatus(
                message.getAction(),
                message.getPassedList().stream().map(ActionState::of).toList(),
                requireText(message.getDetail()),
                message.getCode(),
                StateCodec.codeClass(message.getCodeClass()),
                gate(message.getWaiting()),
                message.getEnded(),
                instant(message.getStartNeededMillis()));
    }

    /** As a message. */
    public static LineStatus write(LineState line) {
        return LineStatus.newBuilder()
                .setName(line.name().toString())
                .setPlatform(line.platform().word())
                .setVersion(line.version().map(Version::toString).orElse(""))
                .setPrevious(line.previous().map(Version::toString).orElse(""))
                .setPresence(
                        switch (line.presence()) {
                            case ABSENT -> 1;
                            case STAGED -> 2;
                            case INSTALLED -> 3;
                        })
                .setTransaction(
                        switch (line.transaction()) {
                            case NONE -> 1;
                            case PREPARED -> 2;
                            case UNDOABLE -> 3;
                            case COMMITTED -> 4;
                        })
                .setActivation(
                        switch (line.activation()) {
                            case INACTIVE -> 1;
                            case PENDING_RESTART -> 2;
                            case PENDING_REBOOT -> 3;
                            case ACTIVE -> 4;
                        })
                .setHealth(
                        switch (line.health()) {
                            case OK -> 1;
                            case ERROR -> 2;
                            case DRIFT -> 3;
                            case UNKNOWN -> 4;
                        })
                .setUndoable(line.undoable())
                .setDetail(text(line.detail()))
                .build();
    }

    public static LineState read(LineStatus message) {
        return new LineState(
                ReleaseName.parse(message.getName()),
                new Platform(message.getPlatform()),
                version(message.getVersion()),
                version(message.getPrevious()),
                switch (message.getPresence()) {
                    case 1 -> LineState.Presence.ABSENT;
                    case 2 -> LineState.Presence.STAGED;
                    case 3 -> LineState.Presence.INSTALLED;
                    default -> throw unknown("presence", message.getPresence());
                },
                switch (message.getTransaction()) {
                    case 1 -> LineState.TransactionState.NONE;
                    case 2 -> LineState.TransactionState.PREPARED;
                    case 3 -> LineState.TransactionState.UNDOABLE;
                    case 4 -> LineState.TransactionState.COMMITTED;
                    default -> throw unknown("transaction", message.getTransaction());
                },
                switch (message.getActivation()) {
                    case 1 -> LineState.Activation.INACTIVE;
                    case 2 -> LineState.Activation.PENDING_RESTART;
                    case 3 -> LineState.Activation.PENDING_REBOOT;
                    case 4 -> LineState.Activation.ACTIVE;
                    default -> throw unknown("activation", message.getActivation());
                },
                switch (message.getHealth()) {
                    case 1 -> LineState.Health.OK;
                    case 2 -> LineState.Health.ERROR;
                    case 3 -> LineState.Health.DRIFT;
                    case 4 -> LineState.Health.UNKNOWN;
                    default -> throw unknown("health", message.getHealth());
                },
                message.getUndoable(),
                requireText(message.getDetail()));
    }

    private static int number(InstallTask.Stage stage) {
        return switch (stage) {
            case PREPARE -> 1;
            case GO -> 2;
            case ABANDON -> 3;
        };
    }

    private static InstallTask.Stage stage(int number) {
        return switch (number) {
            case 1 -> InstallTask.Stage.PREPARE;
            case 2 -> InstallTask.Stage.GO;
            case 3 -> InstallTask.Stage.ABANDON;
            default -> throw unknown("stage", number);
        };
    }

    static int number(TaskStatus.Gate gate) {
        return switch (gate) {
            case GO -> 1;
            case LEASE -> 2;
            case REBOOT -> 3;
            case TURN -> 4;
            case RESTART -> 5;
        };
    }

    static Optional<TaskStatus.Gate> gate(int number) {
        return switch (number) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(TaskStatus.Gate.GO);
            case 2 -> Optional.of(TaskStatus.Gate.LEASE);
            case 3 -> Optional.of(TaskStatus.Gate.REBOOT);
            case 4 -> Optional.of(TaskStatus.Gate.TURN);
            case 5 -> Optional.of(TaskStatus.Gate.RESTART);
            default -> throw unknown("gate", number);
        };
    }

    private static Optional<Version> version(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(Version.parse(text));
    }

    private static Optional<Instant> instant(long millis) {
        if (millis < 0) {
            throw new IllegalArgumentException("a time " + millis + " ms from 1970");
        }
        return millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    /** As one line that can be read back. */
    public static String text(String text) {
        String line = PlainText.line(text);
        return line.length() > TEXT_MAX ? line.substring(0, TEXT_MAX) : line;
    }

    public static String requireText(String text) {
        if (text.length() > TEXT_MAX || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "a text of " + text.length() + " characters is no line of at most " + TEXT_MAX);
        }
        return text;
    }

    public static void requireAction(String action) {
        if (action.isEmpty()
                || action.length() > DesiredItem.ACTION_LENGTH_MAX
                || action.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("an action's name has 1 to " + DesiredItem.ACTION_LENGTH_MAX
                    + " characters on one line, not " + action.length());
        }
    }

    public static void requireCount(String what, int count, int most) {
        if (count > most) {
            throw new IllegalArgumentException(count + " " + what + ", the most is " + most);
        }
    }

    private static void requireVariable(String name, String value) {
        if (name.isEmpty()
                || name.length() > DesiredState.VARIABLE_NAME_MAX
                || value.length() > DesiredState.VARIABLE_VALUE_MAX) {
            throw new IllegalArgumentException(
                    "a variable with a name of " + name.length() + " and a value of " + value.length() + " characters");
        }
    }

    /** Two of the same name cannot be meant. */
    public static void requireDistinct(List<String> actions) {
        if (actions.stream().distinct().count() != actions.size()) {
            throw new IllegalArgumentException("two tasks have one name");
        }
    }

    private static IllegalArgumentException unknown(String what, int number) {
        return new IllegalArgumentException("no " + what + " has the number " + Integer.toUnsignedString(number));
    }
}
