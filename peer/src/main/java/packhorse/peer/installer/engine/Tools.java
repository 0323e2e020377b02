package packhorse.peer.installer.engine;

import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import packhorse.core.content.Platform;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Programs;
import packhorse.peer.hook.HookRunner;

/**
 * What the engine works with.
 *
 * @param platforms whose releases this machine runs
 * @param boot names the machine's present start
 */
public record Tools(
        Adapters adapters,
        HookRunner hooks,
        Programs programs,
        InstallDisk disk,
        List<Platform> platforms,
        InstantSource clock,
        LongSupplier nanoTime,
        String boot) {
    public Tools {
        platforms = List.copyOf(platforms);
    }
}
