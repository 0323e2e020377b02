package packhorse.seeder.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * What the system says about a path, links not followed.
 *
 * @param mode type and permission bits, as stat(2) has them
 * @param uid owner by number
 * @param gid group by number
 * @param fingerprint what proves a change
 */
record FileStatus(int mode, int uid, int gid, Fingerprint fingerprint) {
    private static final String ATTRIBUTES = "unix:mode,uid,gid,dev,ino,size,lastModifiedTime";

    static FileStatus of(Path path) throws IOException {
        Map<String, Object> found = Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        return new FileStatus(
                get(found, "mode", Integer.class),
                get(found, "uid", Integer.class),
                get(found, "gid", Integer.class),
                new Fingerprint(
                        get(found, "dev", Long.class),
                        get(found, "ino", Long.class),
                        get(found, "size", Long.class),
                        get(found, "lastModifiedTime", FileTime.class).to(TimeUnit.NANOSECONDS)));
    }

    private static <T> T get(Map<String, Object> found, String name, Class<T> type) {
        return Objects.requireNonNull(type.cast(found.get(name)), name);
    }
}
