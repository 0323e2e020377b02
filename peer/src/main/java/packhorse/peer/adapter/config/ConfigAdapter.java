package packhorse.peer.adapter.config;

import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.adapter.Placement;

/** Edits configuration files, and writes those that other installers ask for. */
public final class ConfigAdapter implements Adapter {
    @Override
    public String name() {
        return "config";
    }

    @Override
    public Placement read(Manifest manifest, InstallSection section) {
        return new ConfigPlacement(manifest, ConfigSettings.read(manifest, section));
    }
}
