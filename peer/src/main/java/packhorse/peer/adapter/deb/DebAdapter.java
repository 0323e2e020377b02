package packhorse.peer.adapter.deb;

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

/** Debian packages, one or several in one run of dpkg. */
public final class DebAdapter implements Adapter {
    /** {@code NAME_VERSION_ARCHITECTURE.deb}. */
    private static final Pattern USUAL = Pattern.compile("([a-z0-9][a-z0-9+.-]+)_[^_]+_[^_]+\\.deb");

    @Override
    public String name() {
        return "deb";
    }

    @Override
    public Set<String> programs() {
        return Set.of("dpkg");
    }

    @Override
    public Placement read(Manifest manifest, InstallSection section) {
        try {
            JsonFields fields = JsonFields.of(section.settings(), "settings");
            PackageSettings settings = PackageSettings.read(fields, manifest, USUAL);
            DpkgSettings own = DpkgSettings.read(fields);
            fields.done();
            return new PackagePlacement(
                    manifest, new DpkgSystem(settings, own), settings, own.newConfiguration(), own.purge());
        } catch (JsonException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
