package packhorse.peer.install;

import java.util.Set;
import packhorse.core.content.InstallSection.HookMoment;

/**
 * What of a member decides about its steps; follows from its signed manifest, so it is the same at every start.
 *
 * @param hooks that it has
 * @param undoHooks that have a way back
 * @param lasting hooks that change something and have no way back
 * @param byOrder it comes into use by an order of its own
 * @param undoable the adapter can bring back what was
 * @param once steps that may not be begun twice, beside the hooks before and after
 */
public record Traits(
        Set<HookMoment> hooks,
        Set<HookMoment> undoHooks,
        Set<HookMoment> lasting,
        boolean byOrder,
        boolean undoable,
        Set<Step.Kind> once) {
    /** No hooks, into use at once, can be taken back. */
    public static final Traits PLAIN = new Traits(Set.of(), Set.of(), Set.of(), false, true, Set.of());

    public Traits {
        hooks = Set.copyOf(hooks);
        undoHooks = Set.copyOf(undoHooks);
        lasting = Set.copyOf(lasting);
        once = Set.copyOf(once);
    }

    /** Whether all that it does can be taken back. */
    public boolean reversible() {
        return undoable && lasting.isEmpty();
    }
}
