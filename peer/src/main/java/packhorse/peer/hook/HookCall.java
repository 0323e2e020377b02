package packhorse.peer.hook;

import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.state.Operation;

/**
 * Which of a release's hooks is to run, and on whose behalf.
 *
 * @param back its undo instead of itself
 * @param action names the attempt, as in reports
 * @param sandbox whether policy refuses what cannot be confined
 */
public record HookCall(HookMoment moment, boolean back, Operation operation, String action, boolean sandbox) {}
