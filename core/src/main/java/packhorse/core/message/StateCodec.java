package packhorse.core.message;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.StatusEntry;
import packhorse.core.state.Subject;

/**
 * Turns the words of {@code core.state} into messages and back. A message that means nothing is an
 * {@link IllegalArgumentException} that says what is wrong with it; fields of later versions are skipped. A bundle has no
 * platform of its own: its message says "any".
 */
public final class StateCodec {
    private StateCodec() {}

    /** As a message. */
    public static packhorse.core.message.v1.Subject write(Subject subject) {
        packhorse.core.message.v1.Subject.Builder message = packhorse.core.message.v1.Subject.newBuilder()
                .setName(subject.id().name().toString())
                .setVersion(subject.id().version().toString())
                .setPlatform(subject.id().platform().word())
                .setBundle(subject.bundle());
        subject.digest().ifPresent(digest -> message.setDigest(ByteString.copyFrom(digest.bytes())));
        return message.build();
    }

    /** @throws IllegalArgumentException saying what is wrong with the message */
    public static Subject read(packhorse.core.message.v1.Subject message) {
        ReleaseId id = new ReleaseId(
                ReleaseName.parse(message.getName()),
                Version.parse(message.getVersion()),
                message.getPlatform().isEmpty() ? Platform.ANY : new Platform(message.getPlatform()));
        return new Subject(
                id,
                message.getBundle(),
                message.getDigest().isEmpty()
                        ? Optional.empty()
                        : Optional.of(Sha256.ofDigest(message.getDigest().toByteArray())));
    }

    /** As a message. */
    public static DesiredStateUpdate write(DesiredState state) {
        DesiredStateUpdate.Builder message = DesiredStateUpdate.newBuilder().setRevision(state.revision());
        state.items().forEach(item -> message.addItems(write(item)));
        return message.putAllVariables(state.variables()).build();
    }

    /** @throws IllegalArgumentException saying what is wrong with the message */
    public static DesiredState read(DesiredStateUpdate message) {
        return new DesiredState(
                message.getRevision(),
                message.getItemsList().stream().map(StateCodec::read).toList(),
                new TreeMap<>(message.getVariablesMap()));
    }

    /** As a message. */
    public static packhorse.core.message.v1.DesiredItem write(DesiredItem item) {
        packhorse.core.message.v1.DesiredItem.Builder message = packhorse.core.message.v1.DesiredItem.newBuilder()
                .setAction(item.action())
                .setSubject(write(item.subject()))
                .setOperation(write(item.operation()))
                .setFetchNotBeforeMillis(millis(item.fetchNotBefore()))
                .setActivateNotBeforeMillis(millis(item.activateNotBefore()))
                .setDeadlineMillis(millis(item.deadline()))
                .setPriority(write(item.priority()))
                .setLeaseUntilMillis(millis(item.leaseUntil()));
        if (!item.policy().equals(InstallPolicy.DEFAULT)) {
            message.setPolicy(write(item.policy()));
        }
        return message.build();
    }

    /** @throws IllegalArgumentException saying what is wrong with the message */
    public static DesiredItem read(packhorse.core.message.v1.DesiredItem message) {
        return new DesiredItem(
                message.getAction(),
                read(message.getSubject()),
                read(message.getOperation()),
                instant(message.getFetchNotBeforeMillis()),
                instant(message.getActivateNotBeforeMillis()),
                instant(message.getDeadlineMillis()),
                read(message.getPriority()),
                instant(message.getLeaseUntilMillis()),
                read(message.getPolicy()));
    }

    /** As a message. */
    public static packhorse.core.message.v1.InstallPolicy write(InstallPolicy policy) {
        return packhorse.core.message.v1.InstallPolicy.newBuilder()
                .setDeferUntilMillis(millis(policy.deferUntil()))
                .setSandbox(policy.sandbox())
                .setMayReboot(policy.mayReboot())
                .setMayDowngrade(policy.mayDowngrade())
                .setMendDrift(policy.mendDrift())
                .setCommitAtOnce(policy.commitAtOnce())
                .build();
    }

    /** What is not said is neither allowed nor demanded. */
    public static InstallPolicy read(packhorse.core.message.v1.InstallPolicy message) {
        return new InstallPolicy(
                instant(message.getDeferUntilMillis()),
                message.getSandbox(),
                message.getMayReboot(),
                message.getMayDowngrade(),
                message.getMendDrift(),
                message.getCommitAtOnce());
    }

    /** As a message. */
    public static StatusReport write(StatusEntry entry) {
        return StatusReport.newBuilder()
                .setSequence(entry.sequence())
                .setAtMillis(entry.at().toEpochMilli())
                .setAction(entry.action())
                .setSubject(write(entry.subject()))
                .setOperation(write(entry.operation()))
                .setState(entry.state().number())
                .setDetail(entry.detail())
                .setCode(entry.code())
                .setCodeClass(entry.codeClass().map(CodeClass::number).orElse(0))
                .setBytesWan(entry.bytesWan())
                .setBytesLan(entry.bytesLan())
                .setDesiredRevision(entry.desiredRevision())
                .build();
    }

    /** @throws IllegalArgumentException saying what is wrong with the message */
    public static StatusEntry read(StatusReport message) {
        return new StatusEntry(
                message.getSequence(),
                Instant.ofEpochMilli(message.getAtMillis()),
                message.getAction(),
                read(message.getSubject()),
                read(message.getOperation()),
                ActionState.of(message.getState()),
                message.getDetail(),
                message.getCode(),
                codeClass(message.getCodeClass()),
                message.getBytesWan(),
                message.getBytesLan(),
                message.getDesiredRevision());
    }

    /** As on the wire. */
    public static packhorse.core.message.v1.Operation write(Operation operation) {
        return switch (operation) {
            case DISTRIBUTE -> packhorse.core.message.v1.Operation.OPERATION_DISTRIBUTE;
            case INSTALL -> packhorse.core.message.v1.Operation.OPERATION_INSTALL;
            case UPDATE -> packhorse.core.message.v1.Operation.OPERATION_UPDATE;
            case ACTIVATE -> packhorse.core.message.v1.Operation.OPERATION_ACTIVATE;
            case COMMIT -> packhorse.core.message.v1.Operation.OPERATION_COMMIT;
            case ROLLBACK -> packhorse.core.message.v1.Operation.OPERATION_ROLLBACK;
            case REMOVE -> packhorse.core.message.v1.Operation.OPERATION_REMOVE;
            case DELETE -> packhorse.core.message.v1.Operation.OPERATION_DELETE;
        };
    }

    /** @throws IllegalArgumentException for an operation that this version does not know */
    public static Operation read(packhorse.core.message.v1.Operation operation) {
        return switch (operation) {
            case OPERATION_DISTRIBUTE -> Operation.DISTRIBUTE;
            case OPERATION_INSTALL -> Operation.INSTALL;
            case OPERATION_UPDATE -> Operation.UPDATE;
            case OPERATION_ACTIVATE -> Operation.ACTIVATE;
            case OPERATION_COMMIT -> Operation.COMMIT;
            case OPERATION_ROLLBACK -> Operation.ROLLBACK;
            case OPERATION_REMOVE -> Operation.REMOVE;
            case OPERATION_DELETE -> Operation.DELETE;
            case OPERATION_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("an operation that this version does not know; update Packhorse");
        };
    }

    /** As on the wire. */
    public static packhorse.core.message.v1.Priority write(Priority priority) {
        return switch (priority) {
            case BACKGROUND -> packhorse.core.message.v1.Priority.PRIORITY_BACKGROUND;
            case NORMAL -> packhorse.core.message.v1.Priority.PRIORITY_NORMAL;
            case USER -> packhorse.core.message.v1.Priority.PRIORITY_USER;
        };
    }

    /** What this version does not know is normal. */
    public static Priority read(packhorse.core.message.v1.Priority priority) {
        return switch (priority) {
            case PRIORITY_BACKGROUND -> Priority.BACKGROUND;
            case PRIORITY_USER -> Priority.USER;
            case PRIORITY_NORMAL, PRIORITY_UNSPECIFIED, UNRECOGNIZED -> Priority.NORMAL;
        };
    }

    /** 0 is none. */
    public static Optional<CodeClass> codeClass(int number) {
        return number == 0 ? Optional.empty() : Optional.of(CodeClass.of(number));
    }

    private static long millis(Optional<Instant> time) {
        return time.map(Instant::toEpochMilli).orElse(0L);
    }

    private static Optional<Instant> instant(long millis) {
        return millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }
}
