package packhorse.peer.adapter.rpm;

import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;
import packhorse.core.json.JsonException;
import packhorse.core.json.JsonFields;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.packages.PackagePlacement;
import packhorse.peer.adapter.packages.PackageSettings;

/** RPM packages, one or several in one run of rpm. */
public final class RpmAdapter implements Adapter {
    /** {@code NAME-VERSION-RELEASE.ARCHITECTURE.rpm}. */
    private static final Pattern USUAL = Pattern.compile("([A-Za-z0-9][A-Za-z0-9+._-]*)-[^-]+-[^-]+\\.[^.]+\\.rpm");

    /** Where rpm's makers have it; distributions that moved it left a link. */
    private static final String DATABASE = "/var/lib/rpm";

    @Override
    public String name() {
        return "rpm";
    }

    @Override
    public Set<String> programs() {
        return Set.of("rpm");
    }

    @Override
    public Placement read(Manifest manifest, InstallSection section) {
        try {
            JsonFields fields = JsonFields.of(section.settings(), "settings");
            PackageSettings settings = PackageSettings.read(fields, manifest, USUAL);
            String database = fields.optionalString("database").orElse(DATABASE);
            if (!database.startsWith("/")
                    || !Path.of(database).normalize().toString().equals(database)) {
                throw new IllegalArgumentException(
                        "settings.database is an absolute path without \"..\", not \"" + database + "\"");
            }
            boolean scriptsMayFail = PackageSettings.choice(fields, "scriptlets", "strict", "lenient")
                    .equals("lenient");
            fields.done();
            return new PackagePlacement(manifest, new RpmSystem(database, scriptsMayFail), settings, false, true);
        } catch (JsonException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
