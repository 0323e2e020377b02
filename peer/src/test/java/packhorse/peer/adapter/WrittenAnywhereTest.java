package packhorse.peer.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which file systems are flushed where a program may have written anywhere. */
final class WrittenAnywhereTest {
    private static final Set<String> DEVICELESS = WrittenAnywhere.deviceless("""
        nodev\tproc
        nodev\ttmpfs
        \text4
        nodev\toverlay
        nodev\tautofs
        nodev\tnfs4
        nodev\tzfs
        \tvfat
        """);
    private static final Mounts MOUNTS = Mounts.parse("""
        29 1 0:50 / / rw - overlay overlay rw
        22 29 0:21 / /proc rw - proc proc rw
        23 29 8:1 / /boot rw - ext4 /dev/sda1 rw
        24 23 8:2 / /boot/efi rw - vfat /dev/sda2 rw
        25 29 0:30 / /tmp rw - tmpfs tmpfs rw
        26 29 0:31 / /home rw - nfs4 files:/home rw
        27 29 0:32 / /misc rw - autofs auto rw
        28 29 8:3 / /usr ro - ext4 /dev/sda3 ro
        30 29 8:4 / /var rw - ext4 /dev/sda4 rw
        31 29 8:4 /lib /srv/lib rw - ext4 /dev/sda4 rw
        32 29 0:51 / /var/lib/docker/merged rw - overlay overlay rw
        33 29 0:33 / /data rw - zfs pool/data rw
        34 29 8:5 / /mnt/target rw - ext4 /dev/sdb1 rw
        35 34 8:6 / /mnt/target/var rw - ext4 /dev/sdb2 rw
        36 29 8:7 / /mnt/targeted rw - ext4 /dev/sdb3 rw
        """);

    @Test
    void ofTheWholeMachineAllThatLast() {
        assertEquals(
                List.of("/", "/boot", "/boot/efi", "/var", "/data", "/mnt/target", "/mnt/target/var", "/mnt/targeted"),
                WrittenAnywhere.points(MOUNTS, DEVICELESS, Path.of("/")));
    }

    @Test
    void ofAnotherRootItsOwnAndThoseBelowIt() {
        assertEquals(
                List.of("/mnt/target", "/mnt/target/var"),
                WrittenAnywhere.points(MOUNTS, DEVICELESS, Path.of("/mnt/target")));
        assertEquals(List.of("/opt/root"), WrittenAnywhere.points(MOUNTS, DEVICELESS, Path.of("/opt/root")));
    }
}
