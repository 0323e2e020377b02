package packhorse.console.rest;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.notify.WebhookSecret;

/** Which outside systems may answer, and with which secrets they sign. */
@FunctionalInterface
public interface Callbacks {
    /** Any of which may have signed; none: nobody of this name may. */
    List<WebhookSecret> secrets(String system);

    /** Nobody. */
    static Callbacks none() {
        return system -> List.of();
    }

    /** Those in files, by the systems' names; a file is read each time, so that a secret is changed while the console runs. */
    static Callbacks of(Map<String, Path> files) {
        return system -> Optional.ofNullable(files.get(system))
                .map(WebhookSecret::ofFile)
                .orElse(List.of());
    }
}
