package packhorse.peer.adapter.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import packhorse.core.content.Kind;
import packhorse.peer.adapter.testing.ScratchMachine;
import packhorse.peer.adapter.testing.ScratchMachine.Release;

/** Small images and what they are written to, for the tests here. */
final class Images {
    static final int BLOCK = Ranges.BLOCK_BYTES;
    static final String DISK = "/var/lib/disk.img";
    static final String SINGLE = "{'device':'" + DISK + "'}";

    static final String SLOTS =
            "{'slots':['/dev/slot-a','/dev/slot-b'],'switch':{'file':'/boot/packhorse.slot','format':'key-value'},"
                    + "'running':{'file':'/proc/cmdline','key':'slot'},'tries':3}";

    private Images() {}

    static Release release(String version, byte[] image, String settings) {
        return ScratchMachine.release(new ImageAdapter(), Kind.IMAGE, version, "disk.img", image, settings);
    }

    /** Blocks, each filled with a letter; '.' is zeros. */
    static byte[] blocks(String letters) {
        byte[] bytes = new byte[letters.length() * BLOCK];
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            Arrays.fill(bytes, i * BLOCK, (i + 1) * BLOCK, (byte) (letter == '.' ? 0 : letter));
        }
        return bytes;
    }

    static void disk(ScratchMachine machine, String path, byte[] bytes) throws IOException {
        Files.createDirectories(machine.file(path).getParent());
        Files.write(machine.file(path), bytes);
    }

    static List<String> precheck(ScratchMachine machine, Release release) throws IOException {
        return release.placement().precheck(machine.at(release));
    }

    static void refused(List<String> problems, String words) {
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.getFirst().contains(words), problems.toString());
    }
}
