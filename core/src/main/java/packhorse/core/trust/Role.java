package packhorse.core.trust;

import java.util.Locale;

/**
 * The four top-level roles (specification §2.1) and how long their metadata may be: bounds on what a source can make us read.
 */
public enum Role {
    /** Names the keys of all roles; offline keys. 512 KiB holds hundreds of keys. */
    ROOT(512 * 1024),
    /** Says what may be installed; offline keys. 16 MiB holds about 60 000 releases. */
    TARGETS(16 * 1024 * 1024),
    /** Says which versions belong together; an online key. 2 MiB leaves room for thousands of delegated roles. */
    SNAPSHOT(2 * 1024 * 1024),
    /** Says what is newest; an online key. One is about 500 bytes. */
    TIMESTAMP(16 * 1024);

    private final int lengthMaxBytes;

    Role(int lengthMaxBytes) {
        this.lengthMaxBytes = lengthMaxBytes;
    }

    /** The longest metadata file that is read, in bytes. */
    public int lengthMaxBytes() {
        return lengthMaxBytes;
    }

    /** The role's name inside metadata. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The file's name without a version, such as {@code snapshot.json}. */
    String fileName() {
        return word() + ".json";
    }

    /** Where version {@code version} stands in a repository with consistent snapshots (§6.2). */
    String path(long version) {
        return "metadata/" + (this == TIMESTAMP ? "" : version + ".") + fileName();
    }
}
