package packhorse.core.wire;

import java.util.HashSet;
import java.util.Set;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Hello;

/** Which version two ends speak: the lower of both newest, if neither is too old for the other. */
sealed interface Greeting {
    /** Both can. */
    record Agreed(int version, Set<String> features) implements Greeting {}

    /** They cannot; the line says which of the two is to be updated. */
    record Apart(String reason) implements Greeting {}

    /** Answers a Hello at an end that knows {@code features}. */
    static Greeting to(Hello hello, Set<String> features) {
        long newest = Integer.toUnsignedLong(hello.getVersion());
        long least = Math.max(1, Integer.toUnsignedLong(hello.getVersionLeast()));
        String software = hello.getSoftware().isEmpty() ? "your program" : "your " + hello.getSoftware();
        if (newest < FrameCodec.VERSION_LEAST) {
            return new Apart(
                    software + " speaks version " + newest + " of the session protocol, this tracker needs at least "
                            + FrameCodec.VERSION_LEAST + "; update Packhorse on this machine");
        }
        if (least > FrameCodec.VERSION) {
            return new Apart(software + " needs at least version " + least
                    + " of the session protocol, this tracker speaks " + FrameCodec.VERSION
                    + "; update Packhorse on the tracker");
        }
        Set<String> common = new HashSet<>(features);
        common.retainAll(hello.getFeaturesList());
        return new Agreed((int) Math.min(newest, FrameCodec.VERSION), Set.copyOf(common));
    }
}
