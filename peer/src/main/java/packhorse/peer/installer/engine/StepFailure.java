package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.PlainText;
import packhorse.core.content.CodeClass;
import packhorse.core.durable.DurableFiles;
import packhorse.core.state.ActionState;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.install.Machine;
import packhorse.peer.install.Progress;
import packhorse.peer.install.Step;

/**
 * Why a step was not done.
 *
 * @param state the end of its task, once all is back
 * @param why one line
 * @param code of a program that ran in it
 */
record StepFailure(ActionState state, String why, int code, Optional<CodeClass> codeClass) {
    private static final Logger LOG = LoggerFactory.getLogger(StepFailure.class);

    StepFailure {
        // It may name files, and those whoever made them.
        why = PlainText.line(why);
    }

    /**
     * It took longer than it may.
     *
     * @param limit how long that is
     */
    static StepFailure overtime(Progress progress, Step step, Duration limit) {
        return new StepFailure(
                ActionState.TIMED_OUT,
                "the step \"" + step.kind().words() + "\" of " + release(progress, step)
                        + " took longer than its limit, " + words(limit) + " for "
                        + step.kind().phase() + "; look what it waits for, or give it more in the release's install"
                        + " section (timeouts)",
                0,
                Optional.of(CodeClass.TRANSIENT));
    }

    private static String words(Duration limit) {
        long seconds = limit.toSeconds();
        return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }

    /** What it threw, in words; what nobody foresaw is logged whole. */
    static StepFailure of(Progress progress, Step step, Throwable fault) {
        String place = release(progress, step) + ", " + step.kind().words() + ": ";
        return switch (fault) {
            case Refusal refusal ->
                new StepFailure(
                        refusal.state(), String.valueOf(refusal.getMessage()), 0, Optional.of(refusal.codeClass()));
            case AdapterException refused ->
                new StepFailure(
                        step.kind() == Step.Kind.PRECHECK && refused.codeClass() != CodeClass.TRANSIENT
                                ? ActionState.REFUSED
                                : ActionState.FAILED,
                        String.valueOf(refused.getMessage()),
                        refused.code(),
                        Optional.of(refused.codeClass()));
            case OperationException known ->
                new StepFailure(
                        ActionState.FAILED, String.valueOf(known.getMessage()), 0, Optional.of(CodeClass.ENVIRONMENT));
            case IOException disk ->
                new StepFailure(
                        ActionState.FAILED,
                        place + path(disk) + DurableFiles.reason(disk),
                        0,
                        Optional.of(CodeClass.TRANSIENT));
            default -> {
                LOG.error("the step {} of {} failed", step, release(progress, step), fault);
                yield new StepFailure(
                        ActionState.FAILED,
                        place + (fault instanceof Error ? fault.toString() : reason(fault)),
                        0,
                        Optional.of(CodeClass.PERMANENT));
            }
        };
    }

    /**
     * Whether an Error says something of the step alone: code that is missing or broken, a recursion without end. After any other, out
     * of memory above all, nobody knows what of the process still works; it ends, and {@link Machine} counts how often that happens.
     */
    static boolean isOfTheStep(Error error) {
        return error instanceof LinkageError || error instanceof StackOverflowError || error instanceof AssertionError;
    }

    private static String release(Progress progress, Step step) {
        return progress.members().get(step.member()).release().toString();
    }

    private static String path(IOException fault) {
        return fault instanceof FileSystemException named && named.getFile() != null ? named.getFile() + ": " : "";
    }

    /** One line that is never empty. */
    static String reason(Throwable fault) {
        return fault.getMessage() == null ? fault.getClass().getSimpleName() : fault.getMessage();
    }
}
