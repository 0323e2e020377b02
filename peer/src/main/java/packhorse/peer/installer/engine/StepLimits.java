package packhorse.peer.installer.engine;

import java.time.Duration;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.InstallSection.Phase;
import packhorse.peer.install.Step;

/** How long a step may take: what the release says of its phase, else what does for a disk image on a slow disk. */
final class StepLimits {
    /** The command that starts the machine again comes back soon, or the machine does. */
    static final Duration REBOOT = Duration.ofMinutes(5);

    private StepLimits() {}

    static Duration standard(Phase phase) {
        return switch (phase) {
            // Content is copied and hashed in it.
            case PRECHECK, PREPARE, APPLY, UNDO -> Duration.ofHours(2);
            case VERIFY -> Duration.ofHours(1);
            case ACTIVATE, COMMIT -> Duration.ofMinutes(15);
        };
    }

    /** @param slack beyond a hook's own limit, which its runner keeps */
    static Duration of(Step step, InstallSection section, Duration slack) {
        return switch (step.kind()) {
            case HOOK_PRE, UNDO_PRE -> hook(section, HookMoment.PRE, slack);
            case HOOK_HEALTH -> hook(section, HookMoment.HEALTH, slack);
            case HOOK_POST, UNDO_POST -> hook(section, HookMoment.POST, slack);
            case HOOK_PRE_REMOVE, UNDO_PRE_REMOVE -> hook(section, HookMoment.PRE_REMOVE, slack);
            case CLEAR -> standard(Phase.COMMIT);
            case PRECHECK, PREPARE, CAPTURE, APPLY, ACTIVATE, VERIFY, REMOVE, VERIFY_REMOVED, COMMIT, UNDO ->
                section.timeouts()
                        .getOrDefault(step.kind().phase(), standard(step.kind().phase()));
        };
    }

    private static Duration hook(InstallSection section, HookMoment moment, Duration slack) {
        Hook hook = section.hooks().get(moment);
        return (hook == null ? Duration.ZERO : hook.timeout()).plus(slack);
    }
}
