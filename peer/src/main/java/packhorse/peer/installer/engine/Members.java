package packhorse.peer.installer.engine;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
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

/** What the manifests of members say, read once each. Any thread. */
final class Members {
    /** More than any machine has in place; a manifest is read again after that. */
    private static final int KEPT_MAX = 500;

    private final ContentDesk desk;
    private final Adapters adapters;
    private final Map<Sha256, Read> read = new HashMap<>();

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
