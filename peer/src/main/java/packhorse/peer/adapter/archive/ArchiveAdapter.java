package packhorse.peer.adapter.archive;

import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.adapter.Placement;

/** Puts trees and archives in place: a directory for each version, and a link that leads to the one in use. */
public final class ArchiveAdapter implements Adapter {
    @Override
    public String name() {
        return "archive";
    }

    @Override
    public Placement read(Manifest manifest, InstallSection section) {
        return new ArchivePlacement(manifest, ArchiveSettings.read(manifest, section));
    }
}
