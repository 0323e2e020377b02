package packhorse.console.change;

import packhorse.core.content.Kind;

/** What is worked on; the trade measures each apart. */
public enum Work {
    PACKAGE(Kind.PACKAGE),
    IMAGE(Kind.IMAGE),
    /** Packages on something that is carried. */
    MEDIA(Kind.PACKAGE),
    /** Images on something that is carried. */
    IMAGE_MEDIA(Kind.IMAGE);

    private final Kind kind;

    Work(Kind kind) {
        this.kind = kind;
    }

    /** What the releases are that it is about. */
    public Kind kind() {
        return kind;
    }
}
