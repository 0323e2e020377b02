package packhorse.peer.desired;

import java.util.List;
import java.util.Locale;
import packhorse.core.content.Platform;

/** Which platforms' releases a machine runs, best first: its own such as {@code linux-amd64}, then {@code any}. */
public final class MachinePlatform {
    private MachinePlatform() {}

    /**
     * From what the Java runtime says.
     *
     * @param osName as the property {@code os.name}
     * @param osArch as the property {@code os.arch}
     */
    public static List<Platform> of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String system = os.startsWith("windows") ? "windows" : os.startsWith("mac") ? "macos" : word(os);
        String architecture = switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            case "x86", "i386", "i686" -> "i386";
            default -> word(osArch.toLowerCase(Locale.ROOT));
        };
        return List.of(new Platform(system + "-" + architecture), Platform.ANY);
    }

    private static String word(String text) {
        String word = text.replaceAll("[^a-z0-9]", "");
        return word.isEmpty() ? "other" : word.substring(0, Math.min(word.length(), 24));
    }
}
