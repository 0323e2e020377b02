package packhorse.peer.adapter;

import packhorse.core.OperationException;
import packhorse.core.content.CodeClass;

/** A step that cannot be done, with one line for people and the class that decides about another attempt. */
public final class AdapterException extends OperationException {
    private static final long serialVersionUID = 1;

    private final CodeClass codeClass;
    private final int code;

    /** @param code the program's return code, 0 where none ran */
    public AdapterException(CodeClass codeClass, int code, String message) {
        super(message);
        this.codeClass = codeClass;
        this.code = code;
    }

    public AdapterException(CodeClass codeClass, String message) {
        this(codeClass, 0, message);
    }

    public AdapterException(CodeClass codeClass, String message, Throwable cause) {
        super(message, cause);
        this.codeClass = codeClass;
        this.code = 0;
    }

    public CodeClass codeClass() {
        return codeClass;
    }

    public int code() {
        return code;
    }
}
