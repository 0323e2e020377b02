package packhorse.peer.installer.engine;

import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;

/** What was found in the way before anything was changed: not a fault of anything. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final ActionState state;
    private final CodeClass codeClass;

    Refusal(ActionState state, CodeClass codeClass, String message) {
        super(message, null, false, false);
        this.state = state;
        this.codeClass = codeClass;
    }

    ActionState state() {
        return state;
    }

    CodeClass codeClass() {
        return codeClass;
    }
}
