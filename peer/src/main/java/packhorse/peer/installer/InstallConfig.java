package packhorse.peer.installer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import packhorse.core.config.YamlMap;
import packhorse.peer.installer.engine.InstallerSettings;

/**
 * How releases are put in place on this machine, as {@code install:} of an agent's configuration says.
 *
 * @param enabled whether they are at all; else they are only fetched and served on
 * @param root the machine's root directory; another one where a system is prepared that is not this one
 * @param reboot the command that starts the machine again where an order allows it; empty: somebody else does
 * @param restartNotice how long before that its user is told
 * @param drift between two looks at what is in place; zero: only when asked to
 * @param sandbox whether programs of releases run in a sandbox or not at all, whatever an order says
 */
public record InstallConfig(
        boolean enabled, Path root, List<String> reboot, Duration restartNotice, Duration drift, boolean sandbox) {
    /** Whoever starts a machine in a month wants to do it himself. */
    private static final Duration NOTICE_MOST = Duration.ofDays(7);
    /** More often, looks are all that the disk does. */
    private static final Duration DRIFT_LEAST = Duration.ofSeconds(10);

    /**
     * In a quarter of an hour a letter is finished or a call ended, and a maintenance window still has room for it. A look reads every
     * installed file once; hourly, that is noticed by nobody.
     */
    public static final InstallConfig DEFAULT = new InstallConfig(
            true, Path.of("/"), List.of("systemctl", "reboot"), Duration.ofMinutes(15), Duration.ofHours(1), false);

    public InstallConfig {
        root = root.toAbsolutePath().normalize();
        reboot = List.copyOf(reboot);
        requireNotice(restartNotice);
        if (!drift.isZero() && drift.compareTo(DRIFT_LEAST) < 0) {
            throw new IllegalArgumentException("what is in place is looked at every " + DRIFT_LEAST.toSeconds()
                    + "s or more seldom, not every " + drift.toMillis() + "ms; 0s: only when asked to");
        }
    }

    private static void requireNotice(Duration notice) {
        if (notice.compareTo(NOTICE_MOST) > 0) {
            throw new IllegalArgumentException("nobody is told longer than " + NOTICE_MOST.toDays() + "d before");
        }
    }

    /** @throws packhorse.core.UsageException with line and column of what is wrong */
    public static InstallConfig of(YamlMap yaml) {
        boolean enabled = yaml.optionalBool("enabled").orElse(DEFAULT.enabled());
        Path root = yaml.optionalPath("root").orElse(DEFAULT.root());
        List<String> reboot = yaml.has("reboot") ? yaml.optionalList("reboot", word -> word) : DEFAULT.reboot();
        Duration notice = yaml.optionalDuration("restartNotice").orElse(DEFAULT.restartNotice());
        try {
            requireNotice(notice);
        } catch (IllegalArgumentException e) {
            throw yaml.error("restartNotice", String.valueOf(e.getMessage()));
        }
        Duration drift = yaml.optionalDuration("drift").orElse(DEFAULT.drift());
        boolean sandbox = yaml.optionalBool("sandbox").orElse(DEFAULT.sandbox());
        yaml.finish();
        try {
            return new InstallConfig(enabled, root, reboot, notice, drift, sandbox);
        } catch (IllegalArgumentException e) {
            throw yaml.error("drift", String.valueOf(e.getMessage()));
        }
    }

    /**
     * What the installer's process is told.
     *
     * @param data the agent's own directory
     * @param store where it keeps packs
     */
    public InstallerSettings settings(Path data, Path store) {
        Path own = data.toAbsolutePath().normalize();
        return new InstallerSettings(
                own.resolve("installer"),
                store.toAbsolutePath().normalize(),
                own.resolve("trust"),
                root,
                reboot,
                drift);
    }
}
