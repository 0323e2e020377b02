package packhorse.peer.installer.engine;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.Placement;
import packhorse.peer.hook.HookRunner;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.Step;
import packhorse.peer.install.Traits;

/**
 * What the manifests of members say, read once each. One that a disk damaged is read again from the agent's copy, where that has
 * the digest that stands in the journal; else whatever needs it fails by itself, and its line says so. Any thread.
 */
final class Members {
    /** More than any machine has in place; a manifest is read again after that. */
    private static final int KEPT_MAX = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Members.class);

    private final ContentDesk desk;
    private final Adapters adapters;
    private final Map<Sha256, Read> read = new HashMap<>();
    /** Why a manifest cannot be read, one line each. */
    private final Map<Sha256, String> lost = new HashMap<>();

    Members(ContentDesk desk, Adapters adapters) {
        this.desk = desk;
        this.adapters = adapters;
    }

    /** A release's description, read. */
    record Read(InstallTask.Member member, Manifest manifest, InstallSection section, Placement placement) {}

    /**
     * Of a release that was proven before.
     *
     * @throws AdapterException when it cannot be read, or means nothing here
     */
    synchronized Read kept(InstallTask.Member member) {
        Read known = read.get(member.manifest());
        if (known == null) {
            known = read(member, desk.kept(member));
            if (read.size() >= KEPT_MAX) {
                read.clear();
            }
            read.put(member.manifest(), known);
        }
        return known;
    }

    /**
     * Looks whether all of these can be read, and brings back what can be had again.
     *
     * @param proven releases whose digests the journal names, so that they were proven once
     */
    synchronized void review(Collection<InstallTask.Member> proven) {
        lost.clear();
        for (InstallTask.Member member : proven) {
            if (read.containsKey(member.manifest())) {
                continue;
            }
            restore(member);
            if (!isReadable(member)) {
                LOG.error("{} stands still: {}", member.release(), lost.get(member.manifest()));
            }
        }
    }

    private void restore(InstallTask.Member member) {
        try {
            desk.kept(member);
        } catch (AdapterException damaged) {
            try {
                desk.restore(member);
                LOG.warn("{}; it was read again from the agent's copy", damaged.getMessage());
            } catch (AdapterException e) {
                LOG.debug("{} has no copy of {}", member, damaged.getMessage(), e);
            }
        }
    }

    synchronized boolean isReadable(InstallTask.Member member) {
        try {
            LOG.trace("{} is known", kept(member).section());
            lost.remove(member.manifest());
            return true;
        } catch (AdapterException e) {
            lost.put(member.manifest(), "what was known of " + member.release() + " cannot be read: " + e.getMessage());
            return false;
        }
    }

    /** Why a release's line stands still; absent: it does not. */
    synchronized Optional<String> trouble(InstallTask.Member member) {
        return lost.containsKey(member.manifest()) || !isReadable(member)
                ? Optional.of(lost.getOrDefault(member.manifest(), ""))
                : Optional.empty();
    }

    /** Of a release that is to come: the catalogue has to list it now. */
    Read proven(InstallTask.Member member) {
        return read(member, desk.prove(member));
    }

    private Read read(InstallTask.Member member, Manifest manifest) {
        InstallSection section = manifest.install()
                .orElseThrow(() -> new AdapterException(
                        CodeClass.PERMANENT,
                        manifest.id() + " does not say how it is put in place; distribute it, or publish it with an"
                                + " install section"));
        try {
            Placement placement = adapters.read(manifest, section);
            HookRunner.check(section, placement);
            return new Read(member, manifest, section, placement);
        } catch (IllegalArgumentException e) {
            throw new AdapterException(
                    CodeClass.PERMANENT, "the install section of " + manifest.id() + ": " + e.getMessage(), e);
        } catch (AdapterException e) {
            throw e;
        } catch (RuntimeException e) {
            // An adapter may be anybody's.
            throw new AdapterException(
                    CodeClass.PERMANENT,
                    "the adapter " + section.adapter() + " cannot read " + manifest.id() + ": " + e
                            + "; update the adapter, or publish it anew",
                    e);
        }
    }

    Traits traits(InstallTask.Member member) {
        Read of = kept(member);
        Set<HookMoment> undo = new HashSet<>();
        Set<HookMoment> lasting = new HashSet<>();
        of.section().hooks().forEach((moment, hook) -> {
            if (hook.undo().isPresent()) {
                undo.add(moment);
            }
            if (!hook.reversible()) {
                lasting.add(moment);
            }
        });
        Set<Step.Kind> once = new HashSet<>();
        for (Placement.Deed deed : of.placement().once()) {
            switch (deed) {
                case APPLY -> once.add(Step.Kind.APPLY);
                case ACTIVATE -> once.add(Step.Kind.ACTIVATE);
                case REMOVE -> once.add(Step.Kind.REMOVE);
                case MEND -> {}
            }
        }
        return new Traits(
                of.section().hooks().keySet(),
                undo,
                lasting,
                of.section().activation() == Activating.BY_ORDER,
                of.placement().undoable(),
                once);
    }
}
