package packhorse.core.content;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What programs' return codes mean: the tables of the trade, and the order in which they are asked.
 *
 * <p>A code means what the release says that it means; where it says nothing, what the adapter says, which knows the program; else 0 is good,
 * 126 and 127 say that there was nothing to execute, as every shell and launcher has it, and all others are permanent: to try
 * something again that nobody understands does harm more often than good.
 */
public final class ReturnCodes {
    /** Windows Installer (msiexec) and those who follow it. Codes above 255 need a system whose codes are that wide. */
    public static final SortedMap<Integer, CodeClass> WINDOWS_INSTALLER = table(Map.ofEntries(
            Map.entry(0, CodeClass.SUCCESS),
            // Its service cannot be reached; the source is gone; a newer installer is needed.
            Map.entry(1601, CodeClass.ENVIRONMENT),
            Map.entry(1612, CodeClass.ENVIRONMENT),
            Map.entry(1613, CodeClass.ENVIRONMENT),
            // Cancelled by the user.
            Map.entry(1602, CodeClass.USER),
            Map.entry(1603, CodeClass.PERMANENT),
            // Another installation is under way.
            Map.entry(1618, CodeClass.TRANSIENT),
            // The package cannot be opened, or is none.
            Map.entry(1619, CodeClass.PERMANENT),
            Map.entry(1620, CodeClass.PERMANENT),
            // Forbidden by the system's policy; not for this processor; another version is in the way; nothing to
            // patch.
            Map.entry(1625, CodeClass.ENVIRONMENT),
            Map.entry(1633, CodeClass.ENVIRONMENT),
            Map.entry(1638, CodeClass.ENVIRONMENT),
            Map.entry(1642, CodeClass.ENVIRONMENT),
            // It has begun to restart the machine; it wants it restarted.
            Map.entry(1641, CodeClass.SUCCESS_REBOOT),
            Map.entry(3010, CodeClass.SUCCESS_REBOOT)));

    /**
     * dpkg(1): 1 when a package could not be processed, 2 for trouble with the system, nearly always that another dpkg holds
     * the lock.
     */
    public static final SortedMap<Integer, CodeClass> DPKG =
            table(Map.of(0, CodeClass.SUCCESS, 1, CodeClass.PERMANENT, 2, CodeClass.TRANSIENT));

    /** rpm(8): the number of packages that failed, so every other code says the same. */
    public static final SortedMap<Integer, CodeClass> RPM = table(Map.of(0, CodeClass.SUCCESS));

    /** The system's own, sysexits(3), which scripts may keep to. */
    public static final SortedMap<Integer, CodeClass> SYSEXITS = table(Map.ofEntries(
            Map.entry(0, CodeClass.SUCCESS),
            // Usage, data, input, a fault in the program.
            Map.entry(64, CodeClass.PERMANENT),
            Map.entry(65, CodeClass.PERMANENT),
            Map.entry(66, CodeClass.PERMANENT),
            Map.entry(70, CodeClass.PERMANENT),
            Map.entry(76, CodeClass.PERMANENT),
            // No such user or host, a service is missing, the system, its files, an output, a device.
            Map.entry(67, CodeClass.ENVIRONMENT),
            Map.entry(68, CodeClass.ENVIRONMENT),
            Map.entry(69, CodeClass.ENVIRONMENT),
            Map.entry(71, CodeClass.ENVIRONMENT),
            Map.entry(72, CodeClass.ENVIRONMENT),
            Map.entry(73, CodeClass.ENVIRONMENT),
            Map.entry(74, CodeClass.ENVIRONMENT),
            // Try again.
            Map.entry(75, CodeClass.TRANSIENT),
            // Permission, configuration.
            Map.entry(77, CodeClass.ENVIRONMENT),
            Map.entry(78, CodeClass.ENVIRONMENT)));

    /** For programs that a release brings itself: no code stands in both tables but 0. */
    public static final SortedMap<Integer, CodeClass> SCRIPTS = both(WINDOWS_INSTALLER, SYSEXITS);

    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;

    private ReturnCodes() {}

    /**
     * What {@code code} means.
     *
     * @param release the release's own table, {@link InstallSection#returnCodes}
     * @param adapter the table of the adapter, or of the kind of program
     */
    public static CodeClass meaning(int code, Map<Integer, CodeClass> release, Map<Integer, CodeClass> adapter) {
        CodeClass own = release.get(code);
        if (own != null) {
            return own;
        }
        CodeClass known = adapter.get(code);
        if (known != null) {
            return known;
        }
        return switch (code) {
            case 0 -> CodeClass.SUCCESS;
            case NOT_EXECUTABLE, NOT_FOUND -> CodeClass.ENVIRONMENT;
            default -> CodeClass.PERMANENT;
        };
    }

    private static SortedMap<Integer, CodeClass> table(Map<Integer, CodeClass> codes) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(codes));
    }

    private static SortedMap<Integer, CodeClass> both(Map<Integer, CodeClass> a, Map<Integer, CodeClass> b) {
        SortedMap<Integer, CodeClass> all = new TreeMap<>(a);
        all.putAll(b);
        return Collections.unmodifiableSortedMap(all);
    }
}
