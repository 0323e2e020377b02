package packhorse.peer.adapter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;

/**
 * Why a release cannot be taken back once it is in place; shown when it is published, where it is offered, and before anyone approves
 * it. Whoever cannot know says that it cannot: an adapter that is not here may be able to take everything back, but nobody should
 * rely on it.
 */
public final class Irreversible {
    private Irreversible() {}

    /** Each reason in one line; empty where everything can be taken back, or nothing is put in place. */
    public static List<String> reasons(Manifest manifest, Adapters adapters) {
        return manifest.install()
                .map(section -> of(manifest, section, adapters))
                .orElse(List.of());
    }

    private static List<String> of(Manifest manifest, InstallSection section, Adapters adapters) {
        List<String> reasons = new ArrayList<>();
        section.hooks().forEach((moment, hook) -> {
            if (!hook.reversible()) {
                reasons.add("the hook " + moment.name().toLowerCase(Locale.ROOT).replace('_', '-')
                        + " changes the machine and declares no undo");
            }
        });
        if (adapters.find(section.adapter()).isEmpty()) {
            reasons.add("the adapter " + section.adapter() + " is not here to say whether it can take it back");
        } else {
            try {
                if (!adapters.read(manifest, section).undoable()) {
                    reasons.add("the adapter " + section.adapter() + " cannot take it back with these settings");
                }
            } catch (IllegalArgumentException | AdapterException e) {
                reasons.add(
                        "the adapter " + section.adapter() + " does not understand its settings: " + e.getMessage());
            }
        }
        return List.copyOf(reasons);
    }
}
