package packhorse.peer.adapter;

import packhorse.core.content.CodeClass;

/**
 * How a step that may have run programs ended well.
 *
 * @param codeClass {@link CodeClass#SUCCESS} or {@link CodeClass#SUCCESS_REBOOT}
 * @param code the program's return code, 0 where none ran
 */
public record Outcome(CodeClass codeClass, int code) {
    public static final Outcome DONE = new Outcome(CodeClass.SUCCESS, 0);

    public Outcome {
        if (!codeClass.succeeds()) {
            throw new IllegalArgumentException(codeClass + " is no good end; throw an AdapterException");
        }
    }
}
