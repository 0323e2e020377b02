package packhorse.tracker.desired;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import packhorse.core.content.Sha256;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;

/**
 * Names an action that the sheet does not name: {@code distribute:acme/editor@2.0:linux-amd64}. The same operation on the same release
 * has the same name at every tracker and after every edit, so it is one attempt; who wants another writes {@code action:}.
 */
final class ActionName {
    private static final int DIGEST_LENGTH = 32;

    private ActionName() {}

    static String of(Operation operation, Subject subject) {
        String name =
                operation.name().toLowerCase(Locale.ROOT) + ":" + subject.id().name() + "@"
                        + subject.id().version() + ":"
                        + (subject.bundle() ? "bundle" : subject.id().platform().word());
        if (name.length() <= DesiredItem.ACTION_LENGTH_MAX) {
            return name;
        }
        String digest = Sha256.of(name.getBytes(StandardCharsets.UTF_8)).hex().substring(0, DIGEST_LENGTH);
        return name.substring(0, DesiredItem.ACTION_LENGTH_MAX - DIGEST_LENGTH - 1) + "#" + digest;
    }
}
