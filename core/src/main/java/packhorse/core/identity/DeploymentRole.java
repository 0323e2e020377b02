package packhorse.core.identity;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a machine may be in a deployment; its certificate says which one, and it has no other. */
public enum DeploymentRole {
    /** An endpoint's agent, site peers among them. */
    AGENT(Duration.ofHours(24), false),
    /** The authoritative source of content and catalogue. */
    ORIGIN(Duration.ofDays(7), true),
    /** Knows swarms and agents. */
    TRACKER(Duration.ofDays(7), true),
    /** Where people plan and approve. */
    CONSOLE(Duration.ofDays(7), true);

    /** How a machine joins whose role nobody knows here. */
    public static final String JOIN = "packhorse ROLE join TOKEN (ROLE: peer, origin, tracker or console)";

    private final Duration lifetime;
    private final boolean named;

    DeploymentRole(Duration lifetime, boolean named) {
        this.lifetime = lifetime;
        this.named = named;
    }

    /**
     * How long a certificate of this role lives: a day for agents, of which there are many and anywhere; a week for the few
     * servers, which should outlive a long weekend without their authority.
     */
    public Duration lifetime() {
        return lifetime;
    }

    /** Whether others reach it by a host name, so that its certificate carries names and may serve outside TLS clients. */
    public boolean named() {
        return named;
    }

    /** The word in certificates, tokens and on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The command by which a machine of this role joins. */
    public String joining() {
        return switch (this) {
            case AGENT -> "packhorse peer join TOKEN";
            case ORIGIN -> "packhorse origin join TOKEN";
            case TRACKER -> "packhorse tracker join TOKEN";
            case CONSOLE -> "packhorse console join TOKEN";
        };
    }

    /** @throws IllegalArgumentException unless {@code word} is one of the roles' words */
    public static DeploymentRole parse(String word) {
        return Arrays.stream(values())
                .filter(role -> role.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + word + "\" is no role; write "
                        + Arrays.stream(values()).map(DeploymentRole::word).collect(Collectors.joining(", "))));
    }
}
