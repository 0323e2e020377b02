package packhorse.peer.adapter.exec;

import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.adapter.Placement;

/** Puts releases in place that bring the program which does it. */
public final class ExecAdapter implements Adapter {
    @Override
    public String name() {
        return "exec";
    }

    @Override
    public Placement read(Manifest manifest, InstallSection section) {
        return new ExecPlacement(manifest, ExecSettings.read(section));
    }
}
