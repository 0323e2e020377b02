package packhorse.peer.installer;

import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;

/**
 * Why a step was not done.
 *
 * @param state the end of its task, once all is back
 * @param why one line
 * @param code of a program that ran in it
 */
record StepFailure(ActionState state, String why, int code, Optional<CodeClass> codeClass) {}
