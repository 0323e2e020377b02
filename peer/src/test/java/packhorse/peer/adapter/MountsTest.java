package packhorse.peer.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The kernel's list of mounts, read. */
final class MountsTest {
    @Test
    void theKernelsListOfMountsIsRead() {
        Mounts mounts = Mounts.parse("""
            22 27 0:21 / /proc rw,relatime - proc proc rw
            29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            36 29 8:2 / /mnt/a\\040b ro,relatime shared:1 master:2 - ext4 /dev/sda2 rw
            37 29 0:40 / /data rw - btrfs /dev/sdb rw,ssd
            nonsense
            """);
        assertEquals("/", mounts.of("8:1", "").orElseThrow().point());
        assertEquals("/mnt/a b", mounts.of("8:2", "").orElseThrow().point());
        assertFalse(mounts.of("8:2", "").orElseThrow().writable());
        assertEquals("/data", mounts.of("9:9", "/dev/sdb").orElseThrow().point());
        assertEquals(Optional.empty(), mounts.of("8:3", "/dev/sda3"));
    }
}
