package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import packhorse.core.testing.OnlyAs;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.InstallDisk;

/**
 * Packages of both systems, built once for many machines, and a place for these: in memory, where there is one, since each has a file
 * system of its own.
 */
record PackageGround(Path scratch, AcmePackages debs, AcmePackages rpms) implements AutoCloseable {
    /** @param built where the packages are made */
    static PackageGround in(Path built) throws Exception {
        OnlyAs.root();
        OutsideProgram.requireLoopDevices();
        Path memory = Path.of("/dev/shm");
        Path scratch = Files.createTempDirectory(Files.isWritable(memory) ? memory : built, "packhorse-packages");
        return new PackageGround(scratch, AcmePackages.debs(built), AcmePackages.rpms(built));
    }

    @Override
    public void close() throws IOException {
        InstallDisk.real().delete(scratch);
    }
}
