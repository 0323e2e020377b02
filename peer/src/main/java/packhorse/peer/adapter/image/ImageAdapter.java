package packhorse.peer.adapter.image;

import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.adapter.Placement;

/** Writes images to devices, files and boot slots. */
public final class ImageAdapter implements Adapter {
    @Override
    public String name() {
        return "image";
    }

    @Override
    public Placement read(Manifest manifest, InstallSection section) {
        return switch (ImageSettings.read(manifest, section)) {
            case ImageSettings.Single single -> new DevicePlacement(manifest, single);
            case ImageSettings.Slots slots -> new SlotPlacement(manifest, slots);
        };
    }
}
