package packhorse.peer.adapter.deb;

import packhorse.core.json.JsonFields;
import packhorse.peer.adapter.packages.PackageSettings;

/**
 * What dpkg alone is told.
 *
 * @param newConfiguration whether a package's configuration file replaces one that was changed on the machine; the changed one stays
 *     unless that is said
 * @param chrootless whether maintainer scripts run outside another root, told its name in DPKG_ROOT; unless that is said dpkg
 *     changes its root for them, and there has to be a shell in there
 * @param purge whether a removal takes configuration files too
 */
record DpkgSettings(boolean newConfiguration, boolean chrootless, boolean purge) {
    static DpkgSettings read(JsonFields settings) {
        return new DpkgSettings(
                PackageSettings.choice(settings, "conffiles", "keep", "new").equals("new"),
                PackageSettings.choice(settings, "scripts", "in-root", "chrootless")
                        .equals("chrootless"),
                settings.optionalBool("purge").orElse(false));
    }
}
